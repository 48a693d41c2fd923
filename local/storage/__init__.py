"""Files: read whole, written whole, S3 as a folder, archives."""
