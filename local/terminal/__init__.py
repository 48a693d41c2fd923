"""What a command shows its user, and how it ends."""
