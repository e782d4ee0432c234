"""The reading process: its limits, its job on standard input, its pages and its end on standard output.

Whatever a server sends or a file holds, it is this process that runs out of memory.
"""

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.landing.polling.isolated.frames import FrameError, write_frame
from causeloop_pipeline.landing.polling.isolated.network_guard import NetworkGuard

MAX_PROCESS_BYTES = 1_000_000_000
TOO_LARGE = (
    "the rows are too large to be read together; leave the largest columns out of the query, "
    "or wait: the next sync reads fewer at once"
)

Job = Mapping[str, Any]
Pages = Iterator[dict[str, Any]]


def run(read_pages: Callable[[Job], Pages]) -> None:
    """Read the job, write its pages, and last how it ended."""
    job = json.loads(sys.stdin.buffer.read())
    size = int(job.get("max_process_bytes", MAX_PROCESS_BYTES))
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    guard = NetworkGuard(job.get("reach", {}))
    guard.install()
    try:
        for page in read_pages(job):
            _write_frame(page)
        _write_frame({"end": True})
    except MemoryError:
        _write_frame({"failure": "transient", "reason": f"{job['title']}: {TOO_LARGE}"})
    except OutsideFailure as failure:
        _write_frame(_describe(job, failure, guard))
    except BrokenPipeError:
        os._exit(0)  # whoever wanted the pages was killed


def _describe(job: Job, failure: OutsideFailure, guard: NetworkGuard) -> dict[str, Any]:
    if guard.refused:
        reason = (
            f"{job['title']}: {guard.refused[0]} may not be reached; if it is meant, an administrator adds "
            "its host and port to CAUSELOOP_EGRESS_ALLOW"
        )
        return {"failure": "permanent", "reason": reason}
    kind = "permanent" if isinstance(failure, PermanentFailure) else "transient"
    return {"failure": kind, "reason": failure.reason}


def _write_frame(message: Mapping[str, Any]) -> None:
    try:
        write_frame(sys.stdout.buffer, message)
    except FrameError:
        raise TransientFailure(TOO_LARGE) from None
