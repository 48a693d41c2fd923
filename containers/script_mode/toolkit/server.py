"""Start the server as SageMaker starts it, and stop it as SageMaker stops it."""

import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from types import FrameType
from typing import Any

import uvicorn

from . import environment
from .application import Application, Model
from .environment import Environ
from .errors import ContainerProblem
from .intake import Limits
from .protocol import Protocol
from .workers import Workers

logger = logging.getLogger("toolkit")

# Callers of a chain keep their connections; a connection that closes while a request is on its way fails it.
KEEP_ALIVE_SECONDS = 3600
# SageMaker kills a container 30 s after SIGTERM.
GRACE_SECONDS = 25
_BACKLOG = 128


def run(load: Callable[[], Model], environ: Environ, *, limits: Limits | None = None) -> None:
    """Load the model, then answer until SIGTERM or SIGINT; requests that are under way are finished.

    SAGEMAKER_MODEL_SERVER_WORKERS processes answer, one for each CPU when it is not set. `limits` are those
    of each, for a model that is not like most; the largest body is the environment's in any case.

    Nothing listens before the model is there: the first answer to /ping means ready.
    A model that does not load ends the process with exit code 1 and the reason in the log.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    _handle_signals()
    try:
        config = _config_of(load(), environ, limits or Limits())
        workers = environment.number(environ, environment.WORKERS, os.cpu_count() or 1)
    except ContainerProblem as problem:
        logger.error("the container cannot start: %s", problem)
        sys.exit(1)
    except Exception:
        logger.exception("the container cannot start")
        sys.exit(1)
    # What was loaded stays: no later collection has to look through it while a caller waits.
    gc.collect()
    gc.freeze()
    logger.info("serving on %s:%d with %d workers", config.host, config.port, workers)
    if workers == 1:
        uvicorn.Server(config).run()
        return
    listener = config.bind_socket()

    def serve() -> None:
        _handle_signals()
        uvicorn.Server(config).run(sockets=[listener])

    sys.exit(Workers().run(serve, workers))


def in_background(application: Any, host: str, port: int) -> int:
    """Serve a second ASGI application from a thread until the process ends; its port, a free one for 0.

    Callers may connect when this returns. Raises ContainerProblem where the port cannot be had.
    """
    try:
        listener = socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        raise ContainerProblem(f"port {port} of {host} is not free: {error.strerror}") from None
    server = uvicorn.Server(_config(application, host, port))
    Thread(target=server.run, args=([listener],), name="background", daemon=True).start()
    return int(listener.getsockname()[1])


def _config_of(model: Model, environ: Environ, limits: Limits) -> uvicorn.Config:
    limit = environment.number(
        environ, environment.MAX_CONTENT_LENGTH, environment.DEFAULT_MAX_CONTENT_LENGTH
    )
    return _config(
        Application(model, replace(limits, max_content_length=limit)),
        environ.get(environment.BIND_HOST) or "127.0.0.1",
        environment.number(environ, environment.BIND_TO_PORT, environment.DEFAULT_PORT),
    )


def _config(application: Any, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        host=host,
        port=port,
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _handle_signals() -> None:
    # As process 1 of a container, SIGTERM is ignored unless somebody handles it; uvicorn hands it back here.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)


def _stop(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
