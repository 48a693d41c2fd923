"""What an environment leaves behind when its stacks are destroyed, told from its templates."""
