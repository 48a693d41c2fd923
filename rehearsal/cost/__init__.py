"""What an assembly costs, from its templates and prices.toml."""
