"""When the failures of patterns were closed, and when each pattern began again after that."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

import polars as pl

from causeloop_pipeline.analysis.act.endings import EndingGroup, ReportedEnding, group_endings
from causeloop_pipeline.analysis.act.stated_endings import StatedEnding
from causeloop_pipeline.model.frames import INSTANT

CLOSING_SCHEMA = pl.Schema(
    {
        "pattern_id": pl.String(),
        "issue_id": pl.String(),
        "ended_at": INSTANT,
        "returned_at": INSTANT,  # null: it has not come back
    }
)


def list_closings(members: pl.DataFrame, occurrences: pl.DataFrame) -> pl.DataFrame:
    """List the closings of each pattern with the next time that it began.

    In: MEMBERS and ISSUE_OCCURRENCES. Out: CLOSING_SCHEMA, by pattern and time.
    """
    joined = members.select("pattern_id", "issue_id").join(occurrences, on="issue_id")
    ordered = joined.drop_nulls("started_at").sort("pattern_id", "started_at", "issue_id")
    rows: list[tuple[str, str, datetime, datetime | None]] = []
    columns = ordered.select("pattern_id", "issue_id", "started_at", "ended_at").iter_rows()
    for pattern_id, group in groupby(columns, key=lambda row: row[0]):
        entries = list(group)
        starts = [started_at for _, _, started_at, _ in entries]
        for _, issue_id, _, ended_at in entries:
            if ended_at is not None:
                rows.append((pattern_id, issue_id, ended_at, _find_next(starts, ended_at)))
    return pl.DataFrame(rows, schema=CLOSING_SCHEMA, orient="row").sort("pattern_id", "ended_at", "issue_id")


def _find_next(starts: Sequence[datetime], ended_at: datetime) -> datetime | None:
    place = bisect_right(starts, ended_at)
    return starts[place] if place < len(starts) else None


def group_stated_endings(
    closings: pl.DataFrame, stated: Mapping[str, StatedEnding], *, as_of: datetime
) -> dict[str, list[EndingGroup]]:
    """Group what ended the failures of each pattern.

    In: CLOSING_SCHEMA; what the records of issues say of their endings, by issue id; `as_of` (aware). Out:
    by pattern id the groups of `group_endings`, of patterns with an ending that says what was done. Of an
    issue that was closed several times the last closing counts: its record tells of that one.
    """
    last = closings.unique("issue_id", keep="last", maintain_order=True)
    reported: dict[str, list[ReportedEnding]] = {}
    for pattern_id, issue_id, ended_at, returned_at in last.iter_rows():
        ending = stated.get(issue_id)
        if ending is not None and ending.action is not None and ending.phrase is not None:
            reported.setdefault(pattern_id, []).append(
                ReportedEnding(issue_id, ended_at, returned_at, ending.action, ending.phrase)
            )
    return {pattern_id: group_endings(endings, as_of=as_of) for pattern_id, endings in reported.items()}
