"""A drop folder of this machine, into which the kit puts files."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.conformance.rows.row_source import Row, RowSource

OLDEST = "2026-01-01T00:00:00+00:00"


@dataclass
class Exports:
    """Each writing is a file of its own, as a nightly export is."""

    put: Callable[[str, bytes], object]
    """Stores a file under a name."""
    files: int = 0

    def write(self, rows: Sequence[Row]) -> None:
        """Add a file."""
        self._add("".join(json.dumps(row) + "\n" for row in rows))

    def write_broken(self) -> int:
        """Add a file with a row that is not JSON, one that is not an object, and one without a title."""
        first = json.dumps({"id": "R-0", "title": "It failed", "severity": "p2", "updated_at": OLDEST})
        self._add(f'{first}\n{{"id": "cut of\n[1]\n{{"id": "R-99"}}\n')
        return 3

    def _add(self, text: str) -> None:
        self.files += 1
        self.put(f"export-{self.files:03}.jsonl", text.encode())


@contextmanager
def make_folder(connector: Connector) -> Iterator[RowSource]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="causeloop-kit-") as place:
        exports = Exports(lambda name, content: (Path(place) / name).write_bytes(content))
        yield RowSource(connector, exports, {}, drop_folder=place)
