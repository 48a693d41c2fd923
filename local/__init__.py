"""The local runner: reads a synthesized cloud assembly and runs what it declares, without AWS or Docker."""
