"""The subcommands of `slipway`, one module each: `add_parser(subparsers)` registers it."""
