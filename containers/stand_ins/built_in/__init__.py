"""What the stand-ins for images with an algorithm of their own share."""
