"""A deployment in a word: it fails, deletes data, weakens security, replaces something, or is safe."""
