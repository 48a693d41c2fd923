"""Lets the folders below import what all tests of templates read them with: `declared`."""
