"""Which columns of a table of runs tell when they began: not when they were put into a queue."""

from collections.abc import Collection, Mapping

from causeloop_pipeline.landing.export_file.columns import normalize_name
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.run_rows import STARTS

START, END, UPDATED = "source_created_at", "resolved_at", "source_updated_at"


class RunsSeen:
    """What was seen of the rows that are runs."""

    def __init__(self) -> None:
        self.count = 0
        self.starts: list[str] = []
        """The columns of a start, best first, that hold one in all runs that failed."""
        self.has_failed = False

    def add(self, row: FileRow) -> None:
        """Note a row."""
        if not row.job or row.record is None:
            return
        self.count += 1
        if row.no_failure:
            return
        filled = {normalize_name(name): name for name, value in row.record.items() if value not in (None, "")}
        starts = [filled[name] for name in STARTS if name in filled]
        self.starts = [name for name in self.starts if name in starts] if self.has_failed else starts
        self.has_failed = True

    def choose(self, columns: Mapping[str, str], chosen: Collection[str]) -> dict[str, str]:
        """The columns of a table of runs: those of its start, and of its end, which resolves nothing."""
        if not self.count:
            return dict(columns)
        named = dict(columns)
        if END in named and END not in chosen:
            end = named.pop(END)
            named.setdefault(UPDATED, end)
        if self.starts and START not in chosen:
            named[START] = self.starts[0]
        return named
