"""Whether runs may be forked from this process: a fork has none of its threads, and waits forever for what
they held or would have done.

What dbt's parser, Polars' pool or OpenMP has started once cannot be ended. So each fork looks, and a run that
was forked beside such a thread is done by a new Python instead.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

TASKS = Path("/proc/self/task")
THREADS_THAT_MAY_BE_LOST = {"jemalloc_bg_thd", "polars-ooc-clea"}
"""Threads of Polars' import, by the 15 characters that Linux keeps of a name: its allocator's, which the
allocator starts again after a fork, and the one that deletes files of queries larger than the memory, which
wait for nothing."""

UNKNOWN = ("unknown",)

_forked_beside: list[str] = []


def list_lost_threads() -> tuple[str, ...]:
    """The names of this process's threads that a fork would miss; where nothing tells, `unknown`."""
    if not TASKS.exists():
        return UNKNOWN
    others = (task for task in TASKS.iterdir() if int(task.name) != os.getpid())
    return tuple(
        sorted(name for name in map(_read_name, others) if name not in THREADS_THAT_MAY_BE_LOST | {""})
    )


def _read_name(task: Path) -> str:
    try:
        return (task / "comm").read_text().strip()
    except OSError:  # it has ended meanwhile
        return ""


def watch_forks() -> None:
    """From now on each fork of this process notes beside which threads it was made."""
    os.register_at_fork(before=_note_threads)


def _note_threads() -> None:
    _forked_beside[:] = list_lost_threads()


def run_safely(target: Callable[..., None], *arguments: Any) -> None:
    """Call a function in this process, or in a new Python where this one was forked beside other threads."""
    if not _forked_beside:
        target(*arguments)
        return
    threads = ", ".join(_forked_beside)
    sys.stderr.write(
        f"a run begins in a new Python: it was forked from a process with the threads {threads}\n"
    )
    fresh = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    fresh.start()
    fresh.join()
    sys.exit(fresh.exitcode)


class SafeProcesses:
    """A context of `multiprocessing` whose processes are forked from the warm one, where that is safe."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self.Queue, self.Event = self._context.Queue, self._context.Event

    def Process(self, target: Callable[..., None], args: Sequence[Any]) -> Any:  # noqa: N802 multiprocessing's name
        """A process that is not started yet."""
        return self._context.Process(target=run_safely, args=(target, *args))
