"""Input that is refused, by name: tables for the tests and for what is promised under abuse."""
