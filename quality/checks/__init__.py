"""What `make check` runs on the synthesised templates, and the documents that it generates."""
