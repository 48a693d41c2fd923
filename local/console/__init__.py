"""The console: the page of web/ with what this machine knows, beside the APIs that it calls."""
