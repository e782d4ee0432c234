"""Reads the rows of a file by what its columns mean: issues in the product's fields, or why they are none."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import polars as pl

from causeloop_pipeline.connectors.json_paths import MissingValueError, fill
from causeloop_pipeline.landing.export_file.column_zones import choose_zone
from causeloop_pipeline.landing.export_file.columns import normalize_name
from causeloop_pipeline.landing.export_file.dates import read_in, spell_format
from causeloop_pipeline.landing.export_file.named_values import find_name
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.run_rows import describe_run, read_run
from causeloop_pipeline.landing.export_file.table_reading import TEMPLATE, TableReading, flatten, read_place
from causeloop_pipeline.landing.failure_lines import split_title
from causeloop_pipeline.landing.json_values import to_json
from causeloop_pipeline.model.field_names import CAUSES
from causeloop_pipeline.model.instant_range import find_range_problem
from causeloop_pipeline.model.issue import OPEN_STATUSES, TEXT_FIELDS, TITLE_LIMIT, IssueStatus
from causeloop_pipeline.model.raw_record import NORMALIZED, NORMALIZED_CONDITION
from causeloop_pipeline.model.vendor_words import map_severity, map_statuses, map_vendor_word

TEXTS = tuple(name for name in TEXT_FIELDS if name != "external_id")
NOT_OF_ISSUES = ("component", "region")
"""Fields of files that an issue has among its attributes."""
IDENTIFYING = ("title", "source_created_at", "service", "error_type", "component", "environment", "team")
"""What tells rows without an id apart: none of it changes while somebody works on the issue."""
OWN_ATTRIBUTES = "attributes"
MAX_QUOTED = 80


@dataclass(frozen=True)
class ReadRow:
    """A row as an issue in the product's fields, or why it is none."""

    number: int
    payload: dict[str, Any] | None = None
    kind: str = NORMALIZED
    reason: str = ""
    """What cannot be read; empty where `no_failure` or `payload` says all."""
    column: str = ""
    beginning: str = ""
    no_failure: str = ""
    """Why it is no failure; with a payload, it ends one."""
    external_id: str | None = None
    """Of a row that cannot be read, where it has one."""


@dataclass
class RowReader:
    """Reads the rows of one file in their order: rows alike, without an id, are distinguished by it."""

    reading: TableReading
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    are_dates_needed: bool = True
    """Whether a row that leaves the column of its start empty cannot be read."""
    are_rows_changed: bool = False
    """Whether a row may be another time as it was: its success ends the failure before."""
    alike: Counter[str] = field(default_factory=Counter)

    def pass_over(self, row: FileRow) -> None:
        """Note a row that was read before."""
        if row.record is not None:
            self._make_id(row.record, flatten(row.record))

    def read(self, rows: Sequence[FileRow]) -> list[ReadRow]:
        """What each row became."""
        if self.reading.job:
            rows = [read_run(row, self.reading.job) for row in rows]
        flats = [flatten(row.record or {}) for row in rows]
        times = {
            name: self._read_dates(name, rows, flats)
            for name in self.reading.formats
            if name in self.reading.columns
        }
        return [
            self._read_row(row, flat, {name: instants[place] for name, instants in times.items()})
            for place, (row, flat) in enumerate(zip(rows, flats, strict=True))
        ]

    def _read_dates(
        self, name: str, rows: Sequence[FileRow], flats: Sequence[Mapping[str, Any]]
    ) -> list[Any]:
        column = self.reading.columns[name]
        values = [read_place(row.record or {}, flat, column) for row, flat in zip(rows, flats, strict=True)]
        typed = [value if isinstance(value, datetime) else None for value in values]
        texts = pl.Series(name, [_to_text(value) for value in values], dtype=pl.String)
        timezone = choose_zone(column, self.reading.timezone)
        read = read_in(texts, self.reading.formats[name], timezone)
        if any(typed):
            read = read.zip_with(pl.Series([value is None for value in typed]), _read_typed(typed, timezone))
        return read.to_list()

    def _read_row(self, row: FileRow, flat: dict[str, Any], times: Mapping[str, datetime | None]) -> ReadRow:
        if row.record is None:
            return ReadRow(row.number, reason=row.reason, beginning=row.beginning)
        external_id = self._make_id(row.record, flat)
        texts = self._read_texts(row.record, flat)
        is_end = row.is_of_condition or (row.is_success and (row.job or self.are_rows_changed))
        if row.no_failure and not (is_end and "status" in texts):
            return ReadRow(row.number, no_failure=row.no_failure)
        if row.job:
            texts |= self._describe_run(row, flat, texts)
        if problem := self._find_problem(row, flat, texts, times):
            column, reason = problem
            beginning = _begin(row.record)
            own = external_id if isinstance(external_id, str) else None
            return ReadRow(row.number, reason=reason, column=column, beginning=beginning, external_id=own)
        if isinstance(external_id, MissingKey):
            reason = f"it holds no id at {external_id.column!r}"
            beginning = _begin(row.record)
            return ReadRow(row.number, reason=reason, column=external_id.column, beginning=beginning)
        payload: dict[str, Any] = {name: texts[name] for name in TEXTS if name in texts}
        payload["title"] = texts["title"][:TITLE_LIMIT]
        payload |= {name: time.isoformat() for name, time in times.items() if time is not None}
        payload |= _judge(texts, self.reading.severity_scale, is_done=times.get("resolved_at") is not None)
        if row.job:
            payload |= {"job": row.job} | ({} if row.is_success else {"own_status": IssueStatus.OPEN.value})
        payload["external_id"] = external_id
        if (row.is_of_condition or row.job) and "source_updated_at" not in payload:
            began = payload.get("source_created_at") if row.job else None
            payload["source_updated_at"] = began or self.now.isoformat()  # a report without a time is of now
        if attributes := self._gather_attributes(row.record, flat, texts):
            payload["attributes"] = attributes
        is_condition = row.is_of_condition or self.reading.repeats_ids
        kind = NORMALIZED_CONDITION if is_condition else NORMALIZED
        return ReadRow(row.number, payload, kind, no_failure=row.no_failure)

    def _read_texts(self, record: Mapping[str, Any], flat: Mapping[str, Any]) -> dict[str, str]:
        texts = {
            name: _to_text(read_place(record, flat, column))
            for name, column in self.reading.columns.items()
            if name in TEXTS or name in NOT_OF_ISSUES
        }
        if title := texts.get("title"):
            texts["title"], texts["body"] = split_title(title, texts.get("body"))
        return {name: text for name, text in texts.items() if text}

    def _describe_run(
        self, row: FileRow, flat: Mapping[str, Any], texts: Mapping[str, str]
    ) -> dict[str, str]:
        """What a run tells in other words than its columns: of one that succeeded nothing but its job."""
        if row.is_success:
            return {"title": texts.get("title", row.job)}
        return describe_run(row.job, flat, texts, self.reading.columns.get("title", ""))

    def _find_problem(
        self,
        row: FileRow,
        flat: Mapping[str, Any],
        texts: Mapping[str, str],
        times: Mapping[str, datetime | None],
    ) -> tuple[str, str] | None:
        """The column that keeps a row from being an issue, and why."""
        for name, time in times.items():
            column = self.reading.columns[name]
            written = _to_text(read_place(row.record or {}, flat, column)) or ""
            if time is None and written:
                read_as = spell_format(self.reading.formats[name])
                return column, f"is not a date that could be read as {read_as} ({written[:MAX_QUOTED]!r})"
            if time is None and name == "source_created_at" and self.are_dates_needed and not row.no_failure:
                return column, "holds no date"
            if time is not None and (wrong := find_range_problem(time, self.now)):
                return column, f"{wrong} ({written[:MAX_QUOTED]!r})"
        return None if "title" in texts else (self.reading.columns.get("title", "title"), "holds no title")

    def _make_id(self, record: Mapping[str, Any], flat: Mapping[str, Any]) -> "str | MissingKey":
        """The row's own id, or one made of what does not change in it."""
        key = self.reading.key
        if TEMPLATE in key:
            try:
                return fill(key, lambda name: _require(record, flat, name))
            except MissingValueError as missing:
                return MissingKey(str(missing.args[0]))
        column = key or self.reading.columns.get("id", "")
        own = _to_text(read_place(record, flat, column)) if column else None
        if own or key:
            return own or MissingKey(key)
        parts = [
            _to_text(read_place(record, flat, self.reading.columns[name]))
            for name in IDENTIFYING
            if name in self.reading.columns
        ]
        digest = sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()[:20]
        self.alike[digest] += 1
        again = self.alike[digest]
        return f"row-{digest}" if again == 1 else f"row-{digest}-{again}"

    def _gather_attributes(
        self, record: Mapping[str, Any], flat: Mapping[str, Any], texts: Mapping[str, str]
    ) -> dict[str, Any]:
        own = record.get(OWN_ATTRIBUTES)
        read = set(self.reading.columns.values())
        read = {column for column in read if normalize_name(column) not in CAUSES}  # tells of its end, too
        if self.reading.key:  # the id is another column's
            read.discard(self.reading.columns.get("id", ""))
        rest = {
            name: to_json(value)
            for name, value in flat.items()
            if name not in read and value not in (None, "") and not name.startswith(f"{OWN_ATTRIBUTES}.")
        }
        of_files = {name: texts[name] for name in NOT_OF_ISSUES if name in texts}
        return rest | of_files | (to_json(own) if isinstance(own, dict) else {})


@dataclass(frozen=True)
class MissingKey:
    """A column of the key that holds nothing."""

    column: str


def _require(record: Mapping[str, Any], flat: Mapping[str, Any], name: str) -> str:
    text = _to_text(read_place(record, flat, name))
    if text is None:
        raise MissingValueError(name)
    return text


def _read_typed(values: Sequence[datetime | None], timezone: str) -> pl.Series:
    """Times that a database or a workbook gave as times."""
    moments = [_read_moment(value) if value and value.tzinfo else None for value in values]
    local = [value if value and not value.tzinfo else None for value in values]
    exact = read_in(pl.Series(moments, dtype=pl.Datetime("us")), "", "UTC")
    return exact.fill_null(read_in(pl.Series(local, dtype=pl.Datetime("us")), "", timezone))


def _read_moment(value: datetime) -> datetime | None:
    """A time in UTC; None where it has none, as at the end of all years."""
    try:
        return value.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return None


def _judge(texts: Mapping[str, str], scale: int | None, *, is_done: bool) -> dict[str, str]:
    """What words for severity and status mean that the general lists do not know."""
    judged: dict[str, str] = {}
    if word := texts.get("severity"):
        meaning = _mean_severity(word, scale)
        if meaning and map_vendor_word("severity", word) != meaning:
            judged["own_severity"] = meaning
    word = texts.get("status")
    meaning = _mean_status(word) if word else None
    if is_done and (meaning is None or meaning in OPEN_STATUSES):
        return judged | {
            "status": word or IssueStatus.RESOLVED.value,
            "own_status": IssueStatus.RESOLVED.value,
        }
    if word and meaning and map_vendor_word("status", word) is None:
        judged["own_status"] = meaning
    return judged


@lru_cache(maxsize=1024)
def _mean_severity(word: str, scale: int | None) -> str | None:
    return map_severity(word, scale=scale)


@lru_cache(maxsize=1024)
def _mean_status(word: str) -> str | None:
    status = map_statuses([word]).get(word)
    return None if status is None else status.value


def _begin(record: Mapping[str, Any]) -> str:
    return json.dumps(to_json(dict(record)), ensure_ascii=False, default=str)


def _to_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        names = [find_name(item) if isinstance(item, dict) else None for item in value]
        texts = (name or _to_text(item) for name, item in zip(names, value, strict=True))
        return ", ".join(filter(None, texts)) or None
    if isinstance(value, datetime):
        return value.isoformat()
    text = json.dumps(to_json(value), ensure_ascii=False) if isinstance(value, dict) else str(value).strip()
    return text or None
