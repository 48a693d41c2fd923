"""Images and their containers: as processes, or in an engine."""
