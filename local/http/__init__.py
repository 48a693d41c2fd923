"""HTTP on the loopback: a client, listeners, ports."""
