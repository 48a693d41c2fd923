"""Stands in for the Hugging Face inference image, with a script of the user's in the model archive."""
