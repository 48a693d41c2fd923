"""Serve the user's script as the managed image does."""

from toolkit import environment, handlers, server
from toolkit.environment import Environ

from .conventions import ManagedConventions, StrictConventions


def main(environ: Environ) -> None:
    """Answer until the container is stopped."""
    managed = environment.enabled(environ, environment.MANAGED_BEHAVIOUR)
    conventions = ManagedConventions() if managed else StrictConventions()
    server.run(lambda: handlers.load(environ, conventions), environ)
