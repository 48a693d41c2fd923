"""Serve the user's script as the managed image does."""

from toolkit import environment, handlers, server
from toolkit.environment import Environ

from .conventions import ManagedConventions, StrictConventions


def main(environ: Environ) -> None:
    """Answer until the container is stopped."""
    server.run(lambda: handlers.load(environ, _conventions(environ)), environ)


def _conventions(environ: Environ) -> ManagedConventions | StrictConventions:
    return ManagedConventions() if environment.managed_behavior(environ) else StrictConventions()
