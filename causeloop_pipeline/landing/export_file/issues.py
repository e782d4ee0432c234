"""Turns somebody's export into issues: the recognized columns, read value by value."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from causeloop_pipeline.landing.export_file.columns import Recognized
from causeloop_pipeline.landing.export_file.dates import ReadDates, read_dates
from causeloop_pipeline.landing.export_file.vocabulary import severities, statuses
from causeloop_pipeline.model.frames import DIMENSIONS, INSTANT, ISSUE_SCHEMA
from causeloop_pipeline.model.issue import DEFAULT_SEVERITY, OPEN_STATUSES, TITLE_LIMIT, IssueStatus

DATE_FIELDS = ("source_created_at", "source_updated_at", "resolved_at")
OPTIONAL_DATES = ("source_updated_at", "resolved_at")
NAMED_ROWS = 5
ROW = "row"


class BadRowsError(ValueError):
    """Rows of the export that cannot be read as issues; the message names the first of them."""


@dataclass(frozen=True)
class BadRow:
    """One row that cannot be read: its number in the file, the column, the value, and why."""

    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        """As a message names it."""
        return f"row {self.row}, column {self.column!r}: {self.reason} ({self.value!r})"


@dataclass(frozen=True)
class TableIssues:
    """Issues in the shape of ISSUE_SCHEMA, their row numbers, how columns were read, and what to know of it."""

    issues: pl.DataFrame
    rows: pl.Series
    readings: Mapping[str, str]
    bad_rows: tuple[BadRow, ...] = ()
    remarks: tuple[str, ...] = ()
    dated: bool = True
    titled: bool = True


def issues_from_table(
    table: pl.DataFrame,
    recognized: Recognized,
    *,
    timezone: str,
    first_row: int = 1,
    skip_bad_rows: bool = False,
    date_format: str | None = None,
) -> TableIssues:
    """Read an export's rows as issues.

    In: the table as it stands in the file; its recognized columns; `timezone` for dates without an
    offset; `first_row`, the number the file gives its first row (2 under a CSV header). Out: issues in
    the shape of ISSUE_SCHEMA with `issue_id` = the export's own id, or `row-<number>` where there is none; a
    repeated id keeps its newest row. A date that cannot be read or is absent, and a blank title where
    there is a title column, make a bad row. Raises BadRowsError when there are bad rows and they are
    not to be skipped, or when no row is left.
    """
    numbered = table.with_row_index(ROW, offset=first_row)
    columns, dates, undated = _dates(numbered, recognized, timezone, date_format)
    bad = _bad_rows(numbered, columns, dates)
    if bad and (not skip_bad_rows or len({row.row for row in bad}) == numbered.height):
        raise BadRowsError(_bad_rows_message(bad, numbered.height, can_skip=not skip_bad_rows))
    read, remarks = _read(numbered, columns, dates)
    kept = read.filter(~pl.col(ROW).is_in([row.row for row in bad]))
    newest = _newest_of_each_id(kept)
    if newest.height < kept.height:
        repeated = kept.height - newest.height
        remarks.append(f"{repeated} rows repeat the id of another row: the newest of each was kept")
    issues = newest.select(pl.col(name).cast(dtype) for name, dtype in ISSUE_SCHEMA.items())
    readings, dated = _readings(numbered, columns, dates), "source_created_at" in columns
    remarks += undated + _date_remarks(columns, dates)
    return TableIssues(issues, newest[ROW], readings, tuple(bad), tuple(remarks), dated, "title" in columns)


def _dates(
    table: pl.DataFrame, recognized: Recognized, timezone: str, date_format: str | None
) -> tuple[dict[str, str], dict[str, ReadDates], list[str]]:
    """The columns that stand, their dates, and a remark for each that only has the name of a date."""
    columns, dates, remarks = dict(recognized.columns), {}, []
    for name in [name for name in DATE_FIELDS if name in columns]:
        read = read_dates(table[columns[name]], timezone, date_format)
        holds_none = read.instants.null_count() == table.height
        if holds_none and name in OPTIONAL_DATES and name not in recognized.chosen:
            remarks.append(f"column {columns.pop(name)!r} holds no dates and is not used")
        else:
            dates[name] = read
    return columns, dates, remarks


def _bad_rows(
    table: pl.DataFrame, columns: Mapping[str, str], dates: Mapping[str, ReadDates]
) -> list[BadRow]:
    bad = []
    for name, read in dates.items():
        text = table[columns[name]].cast(pl.String)
        absent = text.is_null() | (text.str.strip_chars() == "")
        wrong = read.instants.is_null() & ~absent
        bad += _named(table, columns[name], wrong, "is no date that could be read")
        if name == "source_created_at":
            bad += _named(table, columns[name], read.instants.is_null() & absent, "holds no date")
    if "title" in columns:
        title = table[columns["title"]].cast(pl.String).str.strip_chars().fill_null("")
        bad += _named(table, columns["title"], title == "", "holds no title")
    return sorted(bad, key=lambda row: (row.row, row.column))


def _named(table: pl.DataFrame, column: str, wrong: pl.Series, reason: str) -> list[BadRow]:
    rows = table.filter(wrong).select(ROW, pl.col(column).cast(pl.String).fill_null("")).rows()
    return [BadRow(number, column, value[:80], reason) for number, value in rows]


def _bad_rows_message(bad: list[BadRow], total: int, *, can_skip: bool) -> str:
    rows = len({row.row for row in bad})
    named = "\n".join(f"  {row}" for row in bad[:NAMED_ROWS])
    more = f"\n  … and {len(bad) - NAMED_ROWS} more" if len(bad) > NAMED_ROWS else ""
    advice = "mend them, name another column (--map), or leave them out (--skip-bad-rows)"
    return f"{rows} of {total} rows cannot be read:\n{named}{more}\n" + (
        advice
        if can_skip and rows < total
        else "no row is left: name the right column with --map, or --date-format"
    )


def _read(
    table: pl.DataFrame, columns: Mapping[str, str], dates: Mapping[str, ReadDates]
) -> tuple[pl.DataFrame, list[str]]:
    texts = {name: _text(columns[name]) for name in ("title", "body", *DIMENSIONS) if name in columns}
    severity, severity_remarks = _severity(table, columns)
    resolved = dates["resolved_at"].instants if "resolved_at" in dates else None
    status, status_remarks = _status(table, columns, resolved)
    row_id = pl.format("row-{}", ROW)
    own_id = pl.coalesce(_text(columns["id"]), row_id) if "id" in columns else row_id
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
    complete = read.with_columns(absent).with_columns(
        pl.col("title").fill_null("").str.slice(0, TITLE_LIMIT),
        pl.col("source_updated_at").fill_null(pl.col("source_created_at")).cast(INSTANT),
    )
    return complete, severity_remarks + status_remarks


def _text(column: str) -> pl.Expr:
    value = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when(value != "").then(value)


def _severity(table: pl.DataFrame, columns: Mapping[str, str]) -> tuple[pl.Series, list[str]]:
    if "severity" not in columns:
        return pl.Series("severity", [DEFAULT_SEVERITY.value]).new_from_index(0, table.height), []
    values = table[columns["severity"]].cast(pl.String)
    words = severities(values.drop_nulls())
    known = {value: severity.value for value, severity in words.items()}
    return (
        values.replace_strict(known, default=DEFAULT_SEVERITY.value, return_dtype=pl.String).alias(
            "severity"
        ),
        _unknown(
            values, known, columns["severity"], f"severities that are not known count as {DEFAULT_SEVERITY}"
        ),
    )


def _status(
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
    known = {value: status.value for value, status in statuses(values.drop_nulls()).items()}
    read = values.replace_strict(known, default=None, return_dtype=pl.String)
    still_open = read.is_in([status.value for status in OPEN_STATUSES]).fill_null(value=False)
    read = read.zip_with(~(still_open & done), assumed).fill_null(assumed)
    return read.alias("status"), _unknown(
        values,
        known,
        columns["status"],
        "statuses that are not known count as open unless a resolution date says more",
    )


def _unknown(values: pl.Series, known: Mapping[str, str], column: str, consequence: str) -> list[str]:
    strange = sorted(
        set(values.drop_nulls().str.strip_chars()) - set(known) - {""} - {v.strip() for v in known}
    )
    if not strange:
        return []
    return [f"column {column!r}: {consequence}: {', '.join(repr(value) for value in strange[:5])}"]


def _newest_of_each_id(issues: pl.DataFrame) -> pl.DataFrame:
    ordered = issues.sort("source_updated_at", ROW, nulls_last=False)
    return ordered.unique("issue_id", keep="last").sort(ROW)


def _readings(
    table: pl.DataFrame, columns: Mapping[str, str], dates: Mapping[str, ReadDates]
) -> dict[str, str]:
    readings = {name: read.way for name, read in dates.items()}
    if "severity" in columns:
        words = severities(table[columns["severity"]].cast(pl.String).drop_nulls())
        readings["severity"] = ", ".join(
            f"{value} → {severity}" for value, severity in sorted(words.items())[:8]
        )
    return readings


def _date_remarks(columns: Mapping[str, str], dates: Mapping[str, ReadDates]) -> list[str]:
    return [
        f"column {columns[name]!r} could be day first or month first; it was read {read.way}: "
        "say --date-format if that is wrong"
        for name, read in dates.items()
        if read.ambiguous
    ]
