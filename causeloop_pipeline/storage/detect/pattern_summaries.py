"""Tallies of each pattern's issues and occurrences: updated incrementally, recounted by a full grouping."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import DIMENSIONS
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.occurrence_months import TOUCH_SCHEMA

COUNTED_VALUES = ("severity", *DIMENSIONS)
"""The dimensions that are counted besides the days."""
SUMMARY_SCHEMA = pl.Schema({"pattern_id": pl.String(), "summary": pl.String()})
VALUE_COUNT_SCHEMA = pl.Schema(
    {"pattern_id": pl.String(), "kind": pl.String(), "value": pl.String(), "issues": pl.Int64()}
)
# One statement, for one snapshot: an issue that changes meanwhile is counted once, here or by its touch.
UPSERT_TALLIES = """
with gone as (
    delete from detect.pattern_touch where workspace_id = %(workspace_id)s
    returning pattern_id, issues, occurrences, facts, occurred_at, service, team, environment, severity
), added as (
    insert into detect.pattern_tally as t (workspace_id, pattern_id, kind, value, count)
    select %(workspace_id)s, g.pattern_id, f.key, f.value, sum(g.issues + g.occurrences)
    from gone as g
    cross join lateral jsonb_each_text(g.facts) as f
    group by g.pattern_id, f.key, f.value
    on conflict (workspace_id, pattern_id, kind, value) do update set count = t.count + excluded.count
)
select pattern_id::text, occurred_at, service, team, environment, severity, issues::bigint,
       occurrences::bigint
from gone
"""

DELETE_EMPTY_TALLIES = "delete from detect.pattern_tally where workspace_id = %s and count <= 0"

# Of all issues at once, kind by kind: as many rows of kind and value cost thrice as much.
INSERT_ALL_TALLIES = """
with gone as (
    delete from detect.pattern_touch where workspace_id = %(workspace_id)s
), fact as (
    select i.pattern_id, v.*
    from core.issue as i
    cross join lateral detect.tally_values(i) as v
    where i.workspace_id = %(workspace_id)s and i.pattern_id is not null
), counted as (
    select pattern_id, count(*) as count,
           case when grouping(severity) = 0 then 'severity'
                when grouping(service) = 0 then 'service' when grouping(team) = 0 then 'team'
                when grouping(environment) = 0 then 'environment'
                when grouping(error_type) = 0 then 'error_type'
                when grouping(component) = 0 then 'component' else 'region' end as kind,
           case when grouping(severity) = 0 then severity
                when grouping(service) = 0 then service when grouping(team) = 0 then team
                when grouping(environment) = 0 then environment
                when grouping(error_type) = 0 then error_type
                when grouping(component) = 0 then component else region end as value
    from fact
    group by pattern_id, grouping sets ((severity), (service), (team), (environment), (error_type),
                                        (component), (region))
    union all
    select i.pattern_id, count(*), 'day', detect.day_of(o.started_at)
    from core.issue as i
    join core.occurrence as o using (workspace_id, issue_id)
    where i.workspace_id = %(workspace_id)s and i.pattern_id is not null
    group by i.pattern_id, detect.day_of(o.started_at)
)
insert into detect.pattern_tally (workspace_id, pattern_id, kind, value, count)
select %(workspace_id)s, pattern_id, kind, value, count
from counted
where value is not null
"""

SELECT_TALLIES = """
select pattern_id::text, kind, jsonb_object_agg(value, count) as counts
from detect.pattern_tally
where workspace_id = %(workspace_id)s and pattern_id = any (%(pattern_ids)s::uuid[])
  and kind = any (%(kinds)s)
group by pattern_id, kind
"""

SELECT_DAYS_WITH_OCCURRENCES = """
select q.pattern_id::text, q.day
from unnest(%(pattern_ids)s::uuid[], %(days)s::text[]) as q (pattern_id, day)
where exists (
    select from detect.pattern_tally as t
    where t.workspace_id = %(workspace_id)s and t.pattern_id = q.pattern_id and t.kind = 'day'
      and t.value = q.day
    offset 0
)
"""

# Among equally frequent titles, the one that sorts first.
# Bodies, which are most of the bytes, are read for the listed issues only.
SELECT_LATEST_ISSUES = """
select p.pattern_id::text, titled.title, listed.names, listed.bodies
from unnest(%(pattern_ids)s::uuid[]) as p (pattern_id)
cross join lateral (
    select mode() within group (order by title collate "C") as title
    from (
        select title
        from core.issue
        where workspace_id = %(workspace_id)s and pattern_id = p.pattern_id
        order by source_created_at desc, issue_id desc
        limit %(titled)s
    ) as latest
) as titled
cross join lateral (
    select array_agg(external_id order by source_created_at, issue_id) as names,
           array_agg(body order by source_created_at, issue_id) as bodies
    from (
        select external_id, body, source_created_at, issue_id
        from core.issue
        where workspace_id = %(workspace_id)s and pattern_id = p.pattern_id
        order by source_created_at desc, issue_id desc
        limit %(listed)s
    ) as latest
) as listed
where listed.names is not null
"""

SELECT_NAMES = """
select pattern_id::text, name, fingerprint, occurrence_count
from detect.pattern
where workspace_id = %(workspace_id)s and pattern_id = any (%(pattern_ids)s::uuid[])
order by pattern_id
"""

SELECT_SUMMARIES = """
select pattern_id, summary::text as summary
from detect.pattern_summary
where workspace_id = %(workspace_id)s
order by pattern_id
"""

SELECT_SUMMARIES_OF_PATTERNS = """
select pattern_id, summary::text as summary
from detect.pattern_summary
where workspace_id = %(workspace_id)s and pattern_id = any (%(pattern_ids)s::uuid[])
order by pattern_id
"""

SELECT_VALUE_COUNTS = """
select pattern_id, kind, value, count as issues
from detect.pattern_tally
where workspace_id = %s and kind = any (%s)
"""

# A workspace grouped by an earlier version has no summaries.
SELECT_IS_UNCOUNTED = """
select exists (select from detect.pattern where workspace_id = %(workspace_id)s)
   and not exists (select from detect.pattern_tally where workspace_id = %(workspace_id)s) as is_uncounted
"""

DELETE_OTHER_SUMMARIES = """
delete from detect.pattern_summary as o
where o.workspace_id = %(workspace_id)s
  and not exists (select from detect.pattern as p
                  where p.workspace_id = o.workspace_id and p.pattern_id = o.pattern_id)
"""


def update_tallies(session: Session, workspace_id: UUID) -> pl.DataFrame:
    """Update the tallies by the touches since; returns those touches, in TOUCH_SCHEMA."""
    touches = session.rows(UPSERT_TALLIES, {"workspace_id": workspace_id})
    session.execute(DELETE_EMPTY_TALLIES, (workspace_id,))
    return pl.DataFrame(touches, schema=TOUCH_SCHEMA, orient="row")


def count_all_tallies(session: Session, workspace_id: UUID) -> None:
    """Recount the tallies of all patterns from all issues and occurrences."""
    session.execute("delete from detect.pattern_tally where workspace_id = %s", (workspace_id,))
    session.execute(INSERT_ALL_TALLIES, {"workspace_id": workspace_id})
    session.execute(DELETE_OTHER_SUMMARIES, {"workspace_id": workspace_id})


def is_uncounted(session: Session, workspace_id: UUID) -> bool:
    """Whether the workspace has patterns but no tallies."""
    row = session.row(SELECT_IS_UNCOUNTED, {"workspace_id": workspace_id})
    return bool(row and row["is_uncounted"])


def read_tallies(
    session: Session, workspace_id: UUID, pattern_ids: Sequence[str], *, with_days: bool = True
) -> dict[str, dict[str, dict[str, int]]]:
    """Pattern id → kind → value → how many of its issues, or occurrences on a day, have it."""
    kinds = [*COUNTED_VALUES, "day"] if with_days else list(COUNTED_VALUES)
    parameters = {"workspace_id": workspace_id, "pattern_ids": list(pattern_ids), "kinds": kinds}
    tallies: dict[str, dict[str, dict[str, int]]] = {}
    for row in session.rows(SELECT_TALLIES, parameters):
        tallies.setdefault(row["pattern_id"], {})[row["kind"]] = row["counts"]
    return tallies


def find_days_with_occurrences(
    session: Session, workspace_id: UUID, days: Sequence[tuple[str, date]]
) -> set[tuple[str, date]]:
    """Which of these (pattern id, UTC day) pairs have an occurrence."""
    parameters = {
        "workspace_id": workspace_id,
        "pattern_ids": [pattern_id for pattern_id, _ in days],
        "days": [day.isoformat() for _, day in days],
    }
    rows = session.rows(SELECT_DAYS_WITH_OCCURRENCES, parameters)
    return {(row["pattern_id"], date.fromisoformat(row["day"])) for row in rows}


def read_latest_issues(
    session: Session, workspace_id: UUID, pattern_ids: Sequence[str], *, titled: int, listed: int
) -> list[dict[str, Any]]:
    """The most frequent title of the latest issues of some patterns, and the latest issues, in order."""
    parameters = {
        "workspace_id": workspace_id,
        "pattern_ids": list(pattern_ids),
        "titled": titled,
        "listed": listed,
    }
    return session.rows(SELECT_LATEST_ISSUES, parameters)


def read_names(session: Session, workspace_id: UUID, pattern_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The name, fingerprint and number of occurrences of some patterns."""
    parameters = {"workspace_id": workspace_id, "pattern_ids": list(pattern_ids)}
    return session.rows(SELECT_NAMES, parameters)


def read_summaries(
    session: Session,
    workspace_id: UUID,
    pattern_ids: Sequence[str] | None = None,
    columns: pl.Schema = SUMMARY_SCHEMA,
) -> pl.DataFrame:
    """The summary of each pattern, or of some: as JSON, or the fields that `columns` names."""
    parameters = {"workspace_id": workspace_id, "pattern_ids": pattern_ids and list(pattern_ids)}
    query = SELECT_SUMMARIES if pattern_ids is None else SELECT_SUMMARIES_OF_PATTERNS
    return session.read(query, parameters, schema=columns)


def read_value_counts(session: Session, workspace_id: UUID, dimensions: Sequence[str]) -> pl.DataFrame:
    """How many issues of each pattern have each value of some dimensions."""
    return session.read(SELECT_VALUE_COUNTS, (workspace_id, list(dimensions)), schema=VALUE_COUNT_SCHEMA)


def write_summaries(session: Session, workspace_id: UUID, summaries: Mapping[str, bytes]) -> int:
    """Store summaries, of pattern id → JSON."""
    rows = pl.DataFrame(
        {"pattern_id": list(summaries), "summary": [summary.decode() for summary in summaries.values()]},
        schema=SUMMARY_SCHEMA,
    ).with_columns(workspace_id=pl.lit(str(workspace_id)))
    return session.upsert("detect.pattern_summary", rows, key=["workspace_id", "pattern_id"])
