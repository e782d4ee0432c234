"""Reads rows in a process of its own, which can be killed at any time.

It is started and not forked: threads that a library has begun, such as those of Polars, end in a fork.
"""

import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.conformance.rows.row_source import RowSource
from causeloop_pipeline.landing.conformance.simulation.landed import Landed, read_pages, report_pages
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.pull import pull


@contextmanager
def read_in_process(source: RowSource, landed: Landed) -> Iterator[tuple[int, Iterator[Page]]]:
    """Sync in a process that continues after what was landed: its id, and the pages that it reports."""
    sent = pickle.dumps((source.connector.name, source.make_input(landed), source.egress))
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        with process.stdin:
            process.stdin.write(sent)
        yield process.pid, read_pages(process.stdout)


def main() -> None:
    """Read what standard input names, and report it on standard output."""
    connector_name, sync, egress = pickle.load(sys.stdin.buffer)  # noqa: S301 our own process wrote it
    report_pages(pull(CONNECTORS[connector_name], sync, egress), sys.stdout.fileno())


if __name__ == "__main__":
    main()
