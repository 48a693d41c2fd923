"""What `make check` runs on the synthesized templates, and the documents that it generates."""
