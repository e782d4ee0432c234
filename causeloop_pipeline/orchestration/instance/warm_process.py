"""The process that runs are forked from: a copy of the code server, made before it serves.

`multiprocessing` starts its fork server as a new Python, which imports everything once more. A fork of the
code server shares its imported modules. No thread may have been started before.
"""

import atexit
import contextlib
import importlib
import os
import signal
from collections.abc import Sequence
from multiprocessing import forkserver, resource_tracker, util
from typing import NoReturn, cast

WARM_MODULES = "causeloop_pipeline.orchestration.instance.warm_modules"
STANDARD_STREAMS = (0, 1, 2)


def start_warm_process() -> None:
    """Import what runs import, and fork the process that runs are forked from.

    If it ends, `multiprocessing` starts a new interpreter instead.
    """
    importlib.import_module(WARM_MODULES)
    forkserver.set_forkserver_preload([WARM_MODULES])
    start_python = util.spawnv_passfds
    util.spawnv_passfds = _fork  # type: ignore[assignment]
    try:
        forkserver.ensure_running()
    finally:
        util.spawnv_passfds = start_python


def _fork(_program: str, _arguments: Sequence[str], descriptors: Sequence[int]) -> int:
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        _serve(*descriptors)
    atexit.register(_end, pid, parent)
    return pid


def _end(pid: int, parent: int) -> None:
    """End the warm process with the code server, whose runs go on.

    Python 3.13 waits at its end for the resource tracker, which waits for all that hold it, as this does.
    """
    if os.getpid() == parent:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)


def _serve(listener: int, alive: int) -> NoReturn:
    """Fork runs until the code server has ended, which closes its end of `alive`."""
    status = 1
    try:
        _close_all_but({*STANDARD_STREAMS, listener, alive, cast(int, resource_tracker.getfd())})
        forkserver.main(listener, alive, preload=())
    except SystemExit:
        status = 0
    finally:
        os._exit(status)


def _close_all_but(descriptors: set[int]) -> None:
    limits = sorted(descriptors)
    for last, following in zip(limits, [*limits[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
        os.closerange(last + 1, following)
