"""The subcommands of `python -m local`, one module each: `add_parser(subparsers)` registers it."""
