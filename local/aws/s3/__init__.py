"""S3 for clients, over the folder that the runner's jobs read and write."""
