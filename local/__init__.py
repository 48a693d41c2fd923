"""The local runner: reads a synthesised cloud assembly and runs what it declares, without AWS or Docker."""
