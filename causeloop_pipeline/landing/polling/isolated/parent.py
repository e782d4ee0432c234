"""Starts a reading process, hands it its job and takes its pages; its failure is raised here."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any

from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.landing.polling.isolated.frames import FrameError, read_frame


def read_isolated(module: str, job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The pages that the module's process writes."""
    command = (sys.executable, "-m", module)
    with subprocess.Popen(
        command, env=_make_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        try:
            assert reader.stdin is not None  # noqa: S101
            assert reader.stdout is not None  # noqa: S101
            with contextlib.suppress(BrokenPipeError), reader.stdin as stdin:
                stdin.write(json.dumps(job).encode())
            while "end" not in (message := _read_frame(job, reader.stdout)):
                if "failure" in message:
                    kind = PermanentFailure if message["failure"] == "permanent" else TransientFailure
                    raise kind(message["reason"])
                yield message
        finally:
            reader.kill()


def _make_environment() -> dict[str, str]:
    """Nothing but where the code is: none of this installation's secrets, no settings of libpq or clouds."""
    return {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONUTF8": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_GCE_CHECK": "true",
    }


def _read_frame(job: Mapping[str, Any], stream: IO[bytes]) -> dict[str, Any]:
    try:
        return read_frame(stream)
    except FrameError:
        raise TransientFailure(
            f"{job['title']}: reading the rows took more memory than it may; "
            "leave the largest columns out of the query"
        ) from None
