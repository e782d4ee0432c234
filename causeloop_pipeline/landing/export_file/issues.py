"""Turns a tool's export into issues: the recognized columns, read value by value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from causeloop_pipeline.landing.export_file.column_zones import choose_zone, describe_zones
from causeloop_pipeline.landing.export_file.columns import RecognizedColumns
from causeloop_pipeline.landing.export_file.date_columns import (
    DATE_FIELDS,
    OPTIONAL_DATES,
    decide_formats,
    holds_moments,
)
from causeloop_pipeline.landing.export_file.dates import ReadDates, describe_format, read_in
from causeloop_pipeline.landing.failure_lines import split_title
from causeloop_pipeline.model.frames import DIMENSIONS, INSTANT, ISSUE_OCCURRENCE_SCHEMA, ISSUE_SCHEMA
from causeloop_pipeline.model.instant_range import MAX_AHEAD, MIN_INSTANT
from causeloop_pipeline.model.issue import DEFAULT_SEVERITY, OPEN_STATUSES, TITLE_LIMIT, IssueStatus
from causeloop_pipeline.model.vendor_words import map_severities, map_statuses

EXAMPLE_ROWS = 5
ROW = "number in the file"


class BadRowsError(ValueError):
    """Rows of the export that cannot be read as issues; the message names the first of them."""


@dataclass(frozen=True)
class BadRow:
    """One row that cannot be read: its number in the file, the column, the value, and why.

    The column is empty where the row is none at all.
    """

    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        """As a message names it."""
        place = f"row {self.row}, column {self.column!r}" if self.column else f"row {self.row}"
        return f"{place}: {self.reason} ({self.value!r})"


@dataclass(frozen=True)
class TableIssues:
    """Issues with the columns of ISSUE_SCHEMA, the numbers of their rows, and how the columns were read.

    `occurrences`, in the columns of ISSUE_OCCURRENCE_SCHEMA, has each start that a row of an issue names.
    """

    issues: pl.DataFrame
    rows: pl.Series
    readings: Mapping[str, str]
    bad_rows: tuple[BadRow, ...] = ()
    notes: tuple[str, ...] = ()
    has_dates: bool = True
    has_titles: bool = True
    occurrences: pl.DataFrame = field(default_factory=ISSUE_OCCURRENCE_SCHEMA.to_frame)


def build_issues(
    table: pl.DataFrame,
    recognized: RecognizedColumns,
    *,
    timezone: str,
    numbers: Sequence[int],
    unreadable: Sequence[BadRow] = (),
    max_bad_rows: float = 0.0,
    date_format: str | None = None,
) -> TableIssues:
    """Read an export's rows as issues.

    In: the table as it is in the file; its recognized columns; `timezone` for dates without an
    offset; the number that each row has in the file, no two the same; its rows that are none at all. Out:
    issues in the columns of ISSUE_SCHEMA with `issue_id` = the export's own id, or `row-<number>` where there
    is none; a repeated id keeps its newest row, and occurred at each start that its rows name. A date that
    cannot be read or is absent, and a blank title where there is a title column, make a bad row, which is
    left out.
    Raises BadRowsError when more than the share `max_bad_rows` of the rows is bad, or when no row is left.
    """
    numbered = table.with_columns(pl.Series(ROW, numbers, pl.Int64))
    columns, dates, undated = _read_dates(numbered, recognized, timezone, date_format)
    bad = sorted([*_find_bad_rows(numbered, columns, dates), *unreadable], key=lambda row: row.row)
    bad_count, total = len({row.row for row in bad}), numbered.height + len(unreadable)
    if bad and (bad_count > max_bad_rows * total or bad_count == total):
        raise BadRowsError(_describe_bad_rows(bad, total, max_bad_rows))
    read, notes = _read(numbered, columns, dates)
    good = read.filter(~pl.col(ROW).is_in([row.row for row in bad]))
    newest, occurrences = _keep_newest(good), _list_occurrences(good)
    if newest.height < good.height:
        repeated, times = good.height - newest.height, occurrences.height - newest.height
        note = f"{repeated} rows repeat the id of another row: the newest of each was kept"
        notes.append(
            f"{note}; {times} of them begin at another time and count as occurrences" if times else note
        )
    issues = newest.select(pl.col(name).cast(dtype) for name, dtype in ISSUE_SCHEMA.items())
    readings, dated = _describe_readings(numbered, columns, dates), "source_created_at" in columns
    notes += undated + _describe_dates(columns, dates)
    notes += describe_zones({name: columns[name] for name in dates})
    has_titles = "title" in columns
    return TableIssues(
        issues, newest[ROW], readings, tuple(bad), tuple(notes), dated, has_titles, occurrences
    )


def _read_dates(
    table: pl.DataFrame, recognized: RecognizedColumns, timezone: str, date_format: str | None
) -> tuple[dict[str, str], dict[str, ReadDates], list[str]]:
    """The columns to use, their dates, and a note for each that only has the name of a date."""
    columns, dates, notes = dict(recognized.columns), {}, []
    named = {name: table[columns[name]] for name in DATE_FIELDS if name in columns}
    formats = decide_formats(named, date_format=date_format)
    for name, values in named.items():
        form = formats[name]
        instants = read_in(values, form.name, choose_zone(values.name, timezone))
        read = ReadDates(instants, describe_format(form.name), form.is_ambiguous)
        if not holds_moments(instants) and name in OPTIONAL_DATES and name not in recognized.chosen:
            notes.append(f"column {columns.pop(name)!r} holds no dates and is not used")
        else:
            dates[name] = read
    return columns, dates, notes


def _find_bad_rows(
    table: pl.DataFrame, columns: Mapping[str, str], dates: Mapping[str, ReadDates]
) -> list[BadRow]:
    bad = []
    for name, read in dates.items():
        text = table[columns[name]].cast(pl.String)
        absent = text.is_null() | (text.str.strip_chars() == "")
        wrong = read.instants.is_null() & ~absent
        bad += _find_rows(table, columns[name], wrong, "is not a date that could be read")
        bad += _find_rows(table, columns[name], read.instants < MIN_INSTANT, "lies before 1990")
        ahead = read.instants > datetime.now(UTC) + MAX_AHEAD
        bad += _find_rows(table, columns[name], ahead, "lies more than two years ahead")
        if name == "source_created_at":
            bad += _find_rows(table, columns[name], read.instants.is_null() & absent, "holds no date")
    if "title" in columns:
        title = table[columns["title"]].cast(pl.String).str.strip_chars().fill_null("")
        bad += _find_rows(table, columns["title"], title == "", "holds no title")
    return sorted(bad, key=lambda row: (row.row, row.column))


def _find_rows(table: pl.DataFrame, column: str, wrong: pl.Series, reason: str) -> list[BadRow]:
    rows = table.filter(wrong).select(ROW, pl.col(column).cast(pl.String).fill_null("")).rows()
    return [BadRow(number, column, value[:80], reason) for number, value in rows]


def _describe_bad_rows(bad: list[BadRow], total: int, max_bad_rows: float) -> str:
    rows = len({row.row for row in bad})
    examples = "\n".join(f"  {row}" for row in bad[:EXAMPLE_ROWS])
    more = f"\n  … and {len(bad) - EXAMPLE_ROWS} more" if len(bad) > EXAMPLE_ROWS else ""
    if rows == total:
        advice = "no row is left: name the right column with --map, or --date-format"
    else:
        advice = (
            f"more than the share of {max_bad_rows:g} that may be left out: fix them, name another column "
            f"(--map), or allow a larger share (--max-bad-rows {-(-100 * rows // total) / 100:g})"
        )
    return f"{rows} of {total} rows cannot be read:\n{examples}{more}\n{advice}"


def _read(
    table: pl.DataFrame, columns: Mapping[str, str], dates: Mapping[str, ReadDates]
) -> tuple[pl.DataFrame, list[str]]:
    texts = {name: _read_text(columns[name]) for name in ("title", "body", *DIMENSIONS) if name in columns}
    severity, severity_notes = _read_severity(table, columns)
    resolved = dates["resolved_at"].instants if "resolved_at" in dates else None
    status, status_notes = _read_status(table, columns, resolved)
    row_id = pl.format("row-{}", ROW)
    own_id = pl.coalesce(_read_text(columns["id"]), row_id) if "id" in columns else row_id
    read = table.select(
        ROW,
        own_id.alias("issue_id"),
        pl.lit("file").alias("source"),
        own_id.alias("external_id"),
        severity,
        status,
        *(value.alias(name) for name, value in texts.items()),
        *(pl.Series(name, read.instants) for name, read in dates.items()),
    )
    absent = [
        pl.lit(None, dtype).alias(name) for name, dtype in ISSUE_SCHEMA.items() if name not in read.columns
    ]
    complete = _split_titles(read.with_columns(absent)).with_columns(
        pl.col("title").str.slice(0, TITLE_LIMIT),
        pl.col("source_updated_at").fill_null(pl.col("source_created_at")).cast(INSTANT),
    )
    return complete, severity_notes + status_notes


def _split_titles(issues: pl.DataFrame) -> pl.DataFrame:
    texts = issues.select(pl.col("title").fill_null(""), "body").iter_rows()
    pairs = [split_title(title, body) for title, body in texts]
    return issues.with_columns(
        pl.DataFrame(pairs, schema={"title": pl.String, "body": pl.String}, orient="row")
    )


def _read_text(column: str) -> pl.Expr:
    value = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when(value != "").then(value)


def _read_severity(table: pl.DataFrame, columns: Mapping[str, str]) -> tuple[pl.Series, list[str]]:
    if "severity" not in columns:
        return pl.Series("severity", [DEFAULT_SEVERITY.value]).new_from_index(0, table.height), []
    values = table[columns["severity"]].cast(pl.String)
    mapped = {value: severity.value for value, severity in map_severities(values.drop_nulls()).items()}
    return (
        values.replace_strict(mapped, default=DEFAULT_SEVERITY.value, return_dtype=pl.String).alias(
            "severity"
        ),
        _note_unknown(values, mapped, columns["severity"], f"unknown severities count as {DEFAULT_SEVERITY}"),
    )


def _read_status(
    table: pl.DataFrame, columns: Mapping[str, str], resolved: pl.Series | None
) -> tuple[pl.Series, list[str]]:
    done = (
        resolved.is_not_null() if resolved is not None else pl.Series([False]).new_from_index(0, table.height)
    )
    assumed = (
        pl.DataFrame({"done": done})
        .select(
            pl.when("done").then(pl.lit(IssueStatus.RESOLVED.value)).otherwise(pl.lit(IssueStatus.OPEN.value))
        )
        .to_series()
    )
    if "status" not in columns:
        return assumed.alias("status"), []
    values = table[columns["status"]].cast(pl.String)
    mapped = {value: status.value for value, status in map_statuses(values.drop_nulls()).items()}
    read = values.replace_strict(mapped, default=None, return_dtype=pl.String)
    still_open = read.is_in([status.value for status in OPEN_STATUSES]).fill_null(value=False)
    read = read.zip_with(~(still_open & done), assumed).fill_null(assumed)
    return read.alias("status"), _note_unknown(
        values,
        mapped,
        columns["status"],
        "unknown statuses count as open unless there is a resolution date",
    )


def _note_unknown(values: pl.Series, mapped: Mapping[str, str], column: str, consequence: str) -> list[str]:
    unknown = sorted(
        set(values.drop_nulls().str.strip_chars()) - set(mapped) - {""} - {value.strip() for value in mapped}
    )
    if not unknown:
        return []
    return [f"column {column!r}: {consequence}: {', '.join(repr(value) for value in unknown[:5])}"]


def _keep_newest(issues: pl.DataFrame, *key: str) -> pl.DataFrame:
    """The newest row of each issue, or of each value of a longer key."""
    ordered = issues.sort("source_updated_at", ROW, nulls_last=False)
    return ordered.unique(["issue_id", *key], keep="last").sort(ROW)


def _list_occurrences(issues: pl.DataFrame) -> pl.DataFrame:
    """Each start that rows of an issue name, with the end that the newest row of that start names."""
    return _keep_newest(issues, "source_created_at").select(
        pl.col("issue_id"),
        pl.col("source_created_at").cast(INSTANT).alias("started_at"),
        pl.col("resolved_at").cast(INSTANT).alias("ended_at"),
        pl.lit(1, pl.Int64).alias("count"),
    )


def _describe_readings(
    table: pl.DataFrame, columns: Mapping[str, str], dates: Mapping[str, ReadDates]
) -> dict[str, str]:
    readings = {name: read.format for name, read in dates.items()}
    if "severity" in columns:
        words = map_severities(table[columns["severity"]].cast(pl.String).drop_nulls())
        readings["severity"] = ", ".join(
            f"{value} → {severity}" for value, severity in sorted(words.items())[:8]
        )
    return readings


def _describe_dates(columns: Mapping[str, str], dates: Mapping[str, ReadDates]) -> list[str]:
    return [
        f"column {columns[name]!r} could be day first or month first; it was read {read.format}: "
        "say --date-format if that is wrong"
        for name, read in dates.items()
        if read.is_ambiguous
    ]
