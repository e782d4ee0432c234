"""What a conformance run has landed, page by page, and the frames in which a process reports its pages."""

import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any

from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.model.raw_record import RawRecord

LENGTH_BYTES = 8
BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass
class Landed:
    """What was landed so far, version by version, with the cursor of the last committed page."""

    versions: dict[str, set[str]] = field(default_factory=dict)
    latest: dict[str, RawRecord] = field(default_factory=dict)
    """The newest version of each record by the tool's own time."""
    quarantined: list[str] = field(default_factory=list)
    cursor: dict[str, Any] = field(default_factory=dict)

    def commit(self, page: Page) -> None:
        """Rows and cursor of one page together."""
        for record in page.records:
            self.land(record)
        self.quarantined += [refused.reason for refused in page.quarantined]
        self.cursor = page.cursor

    def land(self, record: RawRecord) -> None:
        """One record; a version that is there already is not landed again."""
        self.versions.setdefault(record.external_id, set()).add(record.payload_hash)
        former = self.latest.get(record.external_id)
        if former is None or _find_time(former) <= _find_time(record):
            self.latest[record.external_id] = record

    @property
    def count(self) -> int:
        """The versions that were landed."""
        return sum(map(len, self.versions.values()))


def _find_time(record: RawRecord) -> datetime:
    return record.source_updated_at or BEGINNING


@contextmanager
def read_in_child(read: Callable[[], Iterable[Page]]) -> Iterator[tuple[int, Iterator[Page]]]:
    """Read pages in a child process and wait for its end: its id, and the pages that it reported."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _report_and_exit(read, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as reported:
        yield child, read_pages(reported)
    os.waitpid(child, 0)


def _report_and_exit(read: Callable[[], Iterable[Page]], file: int) -> None:
    """Report pages through a pipe. It does not return."""
    try:
        report_pages(read(), file)
    finally:
        os._exit(0)


def report_pages(pages: Iterable[Page], file: int) -> None:
    """Write each page to a pipe; it counts once all of it was written."""
    for page in pages:
        frame = pickle.dumps(page)
        content = len(frame).to_bytes(LENGTH_BYTES, "big") + frame
        while content:
            content = content[os.write(file, content) :]


def read_pages(file: IO[bytes]) -> Iterator[Page]:
    """The pages that were reported whole before the process ended."""
    while len(head := file.read(LENGTH_BYTES)) == LENGTH_BYTES:
        length = int.from_bytes(head, "big")
        frame = file.read(length)
        if len(frame) < length:
            return
        yield pickle.loads(frame)  # noqa: S301 our own process wrote it
