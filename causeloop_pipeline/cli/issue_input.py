"""Reads an export for a command: the file, its columns and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from causeloop_pipeline.cli.output.terminal import USAGE, fail
from causeloop_pipeline.landing.export_file.columns import ColumnError, RecognizedColumns, recognize_columns
from causeloop_pipeline.landing.export_file.columns_by_values import SAMPLE, recognize_by_values
from causeloop_pipeline.landing.export_file.issues import BadRowsError, TableIssues, build_issues
from causeloop_pipeline.landing.export_file.reader import IssueFile, IssueFileError, read_issue_file

MAX_BAD_ROWS = 0.05
"""The default share of rows that may be unreadable."""


@dataclass(frozen=True)
class IssueInput:
    """The issues of an export, and how it was read."""

    file: IssueFile
    recognized: RecognizedColumns
    read: TableIssues


def read_issues(
    path: Path,
    maps: Sequence[str],
    timezone: str,
    *,
    skip_bad_rows: bool = False,
    max_bad_rows: float = MAX_BAD_ROWS,
    date_format: str | None = None,
    unread: Sequence[str] = (),
) -> IssueInput:
    """The issues of an export without the `unread` columns.

    Unreadable rows are skipped; exits when their share exceeds `max_bad_rows`.
    """
    chosen = _parse_maps(maps)
    try:
        ZoneInfo(timezone)
        file = read_issue_file(path)
        named = recognize_columns(file.table.columns, chosen, [*file.empty_columns(), *unread])
        readable = file.table.drop(unread, strict=False).head(SAMPLE).get_columns()
        recognized = recognize_by_values(named, {column.name: column for column in readable})
        _require_grouping_columns(path, file, recognized)
        read = build_issues(
            file.table,
            recognized,
            timezone=timezone,
            first_row=file.first_row,
            max_bad_rows=1.0 if skip_bad_rows else max_bad_rows,
            date_format=date_format,
        )
    except (ZoneInfoNotFoundError, ValueError) as error:
        if isinstance(error, IssueFileError | ColumnError | BadRowsError):
            fail(str(error))
        refuse_time_zone(timezone)
    return IssueInput(file, recognized, read)


def refuse_time_zone(timezone: str) -> NoReturn:
    """Exit, for there is no such time zone."""
    fail(f"there is no time zone {timezone!r}: give an IANA name such as Europe/Berlin", USAGE)


def resolve_as_of(source: IssueInput, as_of: str | None, now: datetime) -> datetime:
    """The time to predict at: `as_of`, or right after the newest occurrence, but never in the future."""
    return resolve_moment(source.read.occurrences["started_at"].max(), as_of, now)


def resolve_moment(newest: object, as_of: str | None, now: datetime) -> datetime:
    """`as_of` as an instant, or right after the newest of some instants, but never in the future."""
    if as_of is not None:
        try:
            moment = datetime.fromisoformat(as_of)
        except ValueError:
            fail(
                f"--as-of {as_of!r} is not an ISO date such as 2026-03-01 or 2026-03-01T12:00:00+01:00", USAGE
            )
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(now, newest + timedelta(seconds=1)) if isinstance(newest, datetime) else now


def _parse_maps(maps: Sequence[str]) -> dict[str, str]:
    chosen = {}
    for entry in maps:
        field, separator, column = entry.partition("=")
        if not separator or not column:
            fail(f"--map {entry!r}: write field=Column, for example title=Subject", USAGE)
        chosen[field.strip()] = column.strip()
    return chosen


def _require_grouping_columns(path: Path, file: IssueFile, recognized: RecognizedColumns) -> None:
    from causeloop_pipeline.landing.export_file.columns import GROUPING_FIELDS

    if not {"title", *GROUPING_FIELDS} & recognized.columns.keys():
        raise IssueFileError(
            f"{path.name} has no column for a title, nor for service, component, error type or team; it has "
            f"{', '.join(file.table.columns)}: name one with --map title=COLUMN"
        )
