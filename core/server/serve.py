"""Starts a web server with the application: granian with worker processes, or waitress in one process."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from core.kernel.logs import log_as_server
from core.kernel.memory import begin_loading, settle
from core.module.finder import add_paths, search_paths
from core.server.app import Application, core_routes, make_app

if TYPE_CHECKING:
    from core.kernel.config import Settings

_log = logging.getLogger(__name__)

THREADS = 96
"""Threads of a worker process: most of them wait for a place (`core.http.budget`) or send an answer."""

_BACKLOG = 1024
_GRACE = 10

OnStart = Callable[[Application], None]


def serve(settings: Settings, on_start: OnStart | None = None) -> None:
    """Answer requests until the process is told to stop.

    Args:
        settings: host, port, workers and which server.
        on_start: called once in each worker process after its application was made; starts job workers and timers. It
            must be a function of a module, since it may travel to another process.
    """
    log_as_server()
    if settings.server == "waitress":
        _serve_waitress(settings, on_start)
    else:
        _serve_granian(settings, on_start)


def free_port(host: str) -> int:
    """A port nobody listens on at this moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class _Loader:
    """Makes the application inside a worker process."""

    settings: Settings
    on_start: OnStart | None

    def __call__(self, *_target: Any) -> Application:
        log_as_server()
        begin_loading()
        if multiprocessing.parent_process() is not None:
            threading.Thread(target=_end_with_parent, args=(os.getppid(),), name="parent", daemon=True).start()
        application = make_app(self.settings)
        threading.Thread(target=application.warm_up, name="warm up", daemon=True).start()
        if self.on_start is not None:
            self.on_start(application)
        return application


def _end_with_parent(parent: int) -> None:
    """Stop this worker when its parent is gone: killed, it cannot stop its workers, and they would keep the port."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE)
    os._exit(1)


def _serve_granian(settings: Settings, on_start: OnStart | None) -> None:
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    if settings.dev:
        add_paths(settings.addons_path)
        multiprocessing.set_start_method("spawn", force=True)  # a forked worker would keep the parent's old modules
    else:
        core_routes()  # what is loaded before the workers are forked is in memory once
        settle()
    server = Server(
        "core.server.app:make_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=THREADS,
        backlog=_BACKLOG,
        backpressure=_BACKLOG,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_GRACE,
        reload=settings.dev,
        reload_paths=[Path(__file__).parents[1], *search_paths()] if settings.dev else None,
        reload_ignore_worker_failure=True,
    )
    server.serve(target_loader=_Loader(settings, on_start), wrap_loader=False)


def _serve_waitress(settings: Settings, on_start: OnStart | None) -> None:
    import waitress  # type: ignore[import-untyped]  # it comes without types

    application = _Loader(settings, on_start)()
    if settings.workers > 1:
        _log.warning("waitress runs in one process; the %s workers are left out", settings.workers)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    waitress.serve(
        application,
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        backlog=_BACKLOG,
        ident=None,
        max_request_body_size=settings.max_body * 2,
        channel_timeout=60,
        clear_untrusted_proxy_headers=False,
    )
