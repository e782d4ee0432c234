"""Reads an export for a command: the file, its columns and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from causeloop_pipeline.analysis.act.stated_endings import read_stated_endings
from causeloop_pipeline.analysis.loop import IssueHistory
from causeloop_pipeline.cli.output.terminal import USAGE, fail
from causeloop_pipeline.landing.export_file.columns import ColumnError, RecognizedColumns, recognize_columns
from causeloop_pipeline.landing.export_file.columns_by_values import SAMPLE, recognize_by_values
from causeloop_pipeline.landing.export_file.issues import BadRow, BadRowsError, TableIssues, build_issues
from causeloop_pipeline.landing.export_file.reader import IssueFile, IssueFileError, read_issue_file

MAX_BAD_ROWS = 0.05
"""The default share of rows that may be unreadable."""


@dataclass(frozen=True)
class IssueInput:
    """The issues of an export, and how it was read."""

    file: IssueFile
    recognized: RecognizedColumns
    read: TableIssues

    def list_records(self) -> dict[str, dict[str, Any]]:
        """The row of each issue, by the issue's id, as the file has it."""
        rows = self.file.table[self.file.find_places(self.read.rows)].iter_rows(named=True)
        return dict(zip(self.read.issues["issue_id"], rows, strict=True))

    def recall_history(self) -> IssueHistory:
        """When its issues occurred, and what their rows say of how they ended."""
        endings = read_stated_endings(self.read.issues, self.list_records())
        return IssueHistory(self.read.occurrences, endings)


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
    """The issues of an export without the `unread` columns, such as the answers of a labelled set.

    Where there are such columns, wishes are read too: the answers are about all rows.
    Unreadable rows are skipped; exits when their share exceeds `max_bad_rows`.
    """
    chosen = _parse_maps(maps)
    try:
        ZoneInfo(timezone)
        file = read_issue_file(path, are_wishes_read=bool(unread), are_unreadable_kept=True)
        named = recognize_columns(file.table.columns, chosen, [*file.empty_columns(), *unread])
        readable = file.table.drop(unread, strict=False).head(SAMPLE).get_columns()
        recognized = recognize_by_values(named, {column.name: column for column in readable})
        _require_grouping_columns(path, file, recognized)
        read = build_issues(
            file.table,
            recognized,
            timezone=timezone,
            numbers=file.numbers,
            unreadable=[BadRow(row.number, "", row.beginning.strip(), row.reason) for row in file.unreadable],
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


def resolve_as_of(source: IssueInput, as_of: str | None, now: datetime, timezone: str) -> datetime:
    """The time to predict at: `as_of`, or when the newest occurrence's day is over, never in the future."""
    return resolve_moment(source.read.occurrences["started_at"].max(), as_of, now, timezone)


def resolve_moment(newest: object, as_of: str | None, now: datetime, timezone: str) -> datetime:
    """`as_of` as an instant, or when the day of the newest of some instants is over, never in the future.

    Not right after it: what occurs each Monday at 08:30 would else be due at the very end of 7 days.
    """
    if as_of is not None:
        try:
            moment = datetime.fromisoformat(as_of)
        except ValueError:
            fail(
                f"--as-of {as_of!r} is not an ISO date such as 2026-03-01 or 2026-03-01T12:00:00+01:00", USAGE
            )
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not isinstance(newest, datetime):
        return now
    zone = ZoneInfo(timezone)
    midnight = datetime.combine(newest.astimezone(zone).date() + timedelta(days=1), time(), zone)
    return min(now, midnight.astimezone(UTC))


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
