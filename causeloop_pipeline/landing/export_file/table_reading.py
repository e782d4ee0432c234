"""How a file is to be read: what its columns mean and how they write dates, decided from all its rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.landing.export_file.column_names import USUAL_NAMES
from causeloop_pipeline.landing.export_file.column_zones import describe_zones
from causeloop_pipeline.landing.export_file.columns import (
    FIELD_ALIASES,
    normalize_name,
    recognize_columns,
)
from causeloop_pipeline.landing.export_file.columns_by_values import (
    SAMPLE,
    describe_by_values,
    recognize_by_values,
)
from causeloop_pipeline.landing.export_file.date_columns import (
    DATE_FIELDS,
    OPTIONAL_DATES,
    decide_formats,
    holds_moments,
)
from causeloop_pipeline.landing.export_file.dates import read_in
from causeloop_pipeline.landing.export_file.repeated_ids import IdsSeen
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.run_rows import read_run
from causeloop_pipeline.landing.export_file.run_columns import RunsSeen
from causeloop_pipeline.model.date_order import DateOrder
from causeloop_pipeline.model.numbers import read_number
from causeloop_pipeline.model.severity_scores import find_scale

CHUNK = 10_000
NAMED_COLUMNS = 12
SEVERITY_NAMES = frozenset(USUAL_NAMES["severity"])
DATE_NAMES = frozenset(name for field_name in DATE_FIELDS for name in USUAL_NAMES[field_name])
TEMPLATE, JOB = "{", "job"


@dataclass(frozen=True)
class ReadingChoices:
    """What a person or a configuration says of how files are to be read; the rest is recognized."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Field → column, or the path of a value in records that are nested; nothing: no column is it."""
    key: str = ""
    """The column that identifies a row, several with commas, or a template such as {file}:{line}."""
    dates: str = DateOrder.RECOGNIZED.value
    timezone: str = "UTC"
    """Of dates without an offset."""


@dataclass(frozen=True)
class TableReading:
    """What the columns of one file mean."""

    columns: Mapping[str, str]
    """Field → column."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """Field of a date → how its column writes it."""
    key: str = ""
    job: str = ""
    """The column that a person has named as the job of which the rows are runs."""
    timezone: str = "UTC"
    """Of dates without an offset, in columns whose names state none."""
    unused: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    """Fields whose day and month could be swapped."""
    notes: tuple[str, ...] = ()
    severity_scale: int | None = None
    """Up to which number the severities go, where they are scores: 1, 10 or 100."""
    repeats_ids: bool = False
    """Whether an id comes again with another start: it names what fails again and again."""
    rows: int = 0
    problem: str | None = None
    """Why no row of the file can become an issue, and what to do."""

    def as_document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "TableReading":
        """From what `as_document` gave."""
        lists = {name: tuple(document[name]) for name in ("unused", "ambiguous", "notes")}
        return cls(**{**document, **lists})


def study(rows: Iterable[FileRow], choices: ReadingChoices, now: datetime | None = None) -> TableReading:
    """How a file is to be read, from all of its rows.

    In: the rows, of which those that are broken tell nothing. Out: a reading whose `problem` says, where no
    column holds a title, which columns there are.
    """
    seen = _ColumnsSeen(choices)
    for row in rows:
        if row.record is not None:
            seen.add(row.record)
            seen.runs.add(read_run(row, seen.chosen[JOB]) if JOB in seen.chosen else row)
    return seen.conclude(choices, now or datetime.now(UTC))


def flatten(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A record with what is nested in it under dotted names; lists stay as they are."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def read_place(record: Mapping[str, Any], flat: Mapping[str, Any], column: str) -> Any:
    """The value of a column, or at a path into the record."""
    return flat[column] if column in flat else find_value(record, column)


class _ColumnsSeen:
    """What was seen of a file's columns while its rows passed by."""

    def __init__(self, choices: ReadingChoices) -> None:
        self.chosen = {FIELD_ALIASES.get(name, name): column for name, column in choices.columns.items()}
        self.columns: dict[str, bool] = {}
        """Column → whether any row holds something there."""
        self.chunks: dict[str, list[pl.Series]] = defaultdict(list)
        self.pending: dict[str, list[Any]] = defaultdict(list)
        self.severities: dict[str, set[str]] = defaultdict(set)
        self.samples: dict[str, list[Any]] = defaultdict(list)
        self.rows = 0
        self.found_paths: set[str] = set()
        self.ids = IdsSeen()
        self.usual: Mapping[str, str] = {}
        """What the columns of the first record usually mean."""
        self.runs = RunsSeen()

    def add(self, record: Mapping[str, Any]) -> None:
        """Note a record."""
        self.rows += 1
        flat = flatten(record)
        for column, value in flat.items():
            holds = value not in (None, "", [], {})
            self.columns[column] = self.columns.get(column, False) or holds
            if self.rows <= SAMPLE:
                self._keep_in_sample(column, value if holds else None)
            if holds and self._may_hold_dates(column):
                self._keep_date(column, value)
            if holds and self._may_hold_severities(column) and read_number(str(value)) is not None:
                self.severities[column].add(str(value))
        for path in filter(None, self.chosen.values()):
            if path not in flat and path not in self.found_paths and find_value(record, path) is not None:
                self.found_paths.add(path)
        self._note_id(record, flat)

    def _may_hold_dates(self, column: str) -> bool:
        if column in self.chosen.values():
            return any(self.chosen.get(name) == column for name in DATE_FIELDS)
        return normalize_name(column) in DATE_NAMES or normalize_name(column.rsplit(".", 1)[-1]) in DATE_NAMES

    def _may_hold_severities(self, column: str) -> bool:
        if "severity" in self.chosen:
            return column == self.chosen["severity"]
        return normalize_name(column.rsplit(".", 1)[-1]) in SEVERITY_NAMES

    def _keep_in_sample(self, column: str, value: Any) -> None:
        sample = self.samples[column]
        sample += [None] * (self.rows - 1 - len(sample))
        sample.append(value)

    def _read_samples(self) -> dict[str, pl.Series]:
        """The first values of each column, null where a row holds none."""
        rows = min(self.rows, SAMPLE)
        return {
            column: _to_series([*sample, *[None] * (rows - len(sample))])
            for column, sample in self.samples.items()
        }

    def _keep_date(self, column: str, value: Any) -> None:
        pending = self.pending[column]
        pending.append(value)
        if len(pending) >= CHUNK:
            self.chunks[column].append(_to_series(pending))
            pending.clear()

    def _note_id(self, record: Mapping[str, Any], flat: Mapping[str, Any]) -> None:
        """Whether the id of a row came before, by what usually are its columns."""
        self.ids.add(*(self._peek(record, flat, name) for name in ("id", "source_created_at", "title")))

    def _peek(self, record: Mapping[str, Any], flat: Mapping[str, Any], name: str) -> Any:
        if self.chosen.get(name):
            return read_place(record, flat, self.chosen[name])
        if self.rows == 1:
            self.usual = recognize_columns(list(self.columns), {}).columns
        return flat.get(self.usual.get(name, ""))

    def conclude(self, choices: ReadingChoices, now: datetime) -> TableReading:
        """What the columns mean."""
        usable = {
            name: column
            for name, column in self.chosen.items()
            if name in USUAL_NAMES and column and (column in self.columns or column in self.found_paths)
        }
        notes = [
            f"there is no column {column!r}, which is chosen for {name}"
            for name, column in self.chosen.items()
            if column and name not in usable and name in USUAL_NAMES
        ]
        names = [*self.columns, *(path for path in usable.values() if path not in self.columns)]
        empty = [column for column, holds in self.columns.items() if not holds]
        by_name = recognize_columns(names, usable, empty)
        unwanted = {name for name, column in self.chosen.items() if not column}
        recognized = recognize_by_values(by_name, self._read_samples(), now, unwanted)
        columns = {name: column for name, column in recognized.columns.items() if name not in unwanted}
        columns = self.runs.choose(columns, usable)
        formats, ambiguous, more = self._read_formats(columns, choices, now)
        zones = describe_zones({name: columns[name] for name in formats})
        repeated = [] if choices.key or "id" not in columns else self.ids.describe(columns["id"])
        has_title = "title" in columns or self.runs.count > 0
        problem = None if has_title else _describe_untitled(self.rows, list(self.columns), notes)
        return TableReading(
            columns=columns,
            formats=formats,
            key=_make_template(choices.key),
            job=self.chosen.get(JOB, ""),
            timezone=choices.timezone,
            unused=tuple(name for name in self.columns if name not in columns.values()),
            ambiguous=ambiguous,
            notes=tuple(notes + more + describe_by_values(recognized) + zones + repeated),
            severity_scale=find_scale(self.severities.get(columns.get("severity", ""), ())),
            repeats_ids=self.ids.has_starts and not choices.key,
            rows=self.rows,
            problem=problem,
        )

    def _read_formats(
        self, columns: dict[str, str], choices: ReadingChoices, now: datetime
    ) -> tuple[dict[str, str], tuple[str, ...], list[str]]:
        """The format of each date; a column that only has the name of a date is none."""
        values = {
            name: gathered
            for name in DATE_FIELDS
            if name in columns and len(gathered := self._gather(columns[name]))
        }
        formats = decide_formats(values, order=choices.dates, now=now)
        notes = []
        for name in OPTIONAL_DATES:
            if name in values and name not in self.chosen:
                read = read_in(values[name].head(CHUNK), formats[name].name, choices.timezone)
                if not holds_moments(read, now):
                    notes.append(f"column {columns.pop(name)!r} holds no dates and is not used")
                    formats.pop(name)
        ambiguous = tuple(name for name, form in formats.items() if form.is_ambiguous)
        return {name: form.name for name, form in formats.items()}, ambiguous, notes

    def _gather(self, column: str) -> pl.Series:
        """The dates of a column; of one that is recognized by its values, the first ones."""
        parts = [*self.chunks[column], _to_series(self.pending[column])]
        if not any(len(part) for part in parts):
            return _to_series([value for value in self.samples[column] if value is not None])
        if len({str(part.dtype) for part in parts if len(part)}) > 1:
            parts = [part.cast(pl.String) for part in parts]
        filled = [part for part in parts if len(part)] or parts
        return pl.concat(filled)


def _to_series(values: list[Any]) -> pl.Series:
    """Dates and numbers as they are, everything else as text."""
    try:
        series = pl.Series(values, strict=True)
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        return pl.Series([str(value) for value in values], dtype=pl.String)
    is_read = series.dtype.is_numeric() or isinstance(series.dtype, pl.Datetime | pl.Date)
    return series if is_read else pl.Series([str(value) for value in values], dtype=pl.String)


def _make_template(key: str) -> str:
    """A composite key as a template: `file, line` becomes {file}:{line}."""
    parts = [part.strip() for part in key.split(",") if part.strip()]
    if TEMPLATE in key or len(parts) < 2:
        return key.strip()
    return ":".join(f"{{{part}}}" for part in parts)


def _describe_untitled(rows: int, columns: list[str], notes: list[str]) -> str:
    if not rows:
        return "it holds no rows"
    listed = ", ".join(columns[:NAMED_COLUMNS]) + (" …" if len(columns) > NAMED_COLUMNS else "")
    absent = f" ({notes[0]})" if notes else ""
    return f"no column holds a title{absent}; it has {listed}: say under Fields which does, as title → column"
