"""An image that does nothing: our server, which gives each body back."""
