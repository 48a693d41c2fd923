"""An assembly deployed on paper: what would be allowed and what a deployment would do, without an account."""
