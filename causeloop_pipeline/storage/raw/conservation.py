"""Conservation of records: each is an issue, a change, a version, no failure, quarantined or still pending.

What is not a failure says why, such as a recovery that followed none. An issue without an occurrence is not
counted: nothing that tells of history would know of it.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

COUNTED = """
counted as (
    select source, records, no_failure, quarantined, pending,
           case when is_change then 0 else kept end as issues,
           case when is_change then kept else 0 end as changes,
           case when results > 0 then greatest(normalized - kept, 0) else 0 end as versions
    from compared
    cross join lateral (
        select case when pending = 0 then results else least(results, normalized) end as kept
    ) as those_of_normalized_records
)
"""
BALANCE = "records = issues + changes + versions + no_failure + quarantined + pending"

# Record by record, so that a lost one and a surplus one do not cancel out. An issue whose records are all
# pending (as in a rebuild) is counted by those; one with neither records nor pending ones is a surplus.
# A change and an issue of one source may have the same external id.
UPSERT_COUNTS = f"""
with quarantined as (
    select distinct source, site, external_id, payload_hash
    from raw.quarantine
    where workspace_id = %(workspace_id)s and replayed_at is null
),
external_records as (
    select
        r.source,
        r.site,
        r.external_id,
        core.is_change_kind(r.kind) as is_change,
        count(*) as records,
        count(a.record_id) as pending,
        count(q.payload_hash) filter (where a.record_id is null) as quarantined,
        count(m.no_failure) filter (where a.record_id is null and q.payload_hash is null) as no_failure
    from raw.record as r
    left join raw.pending_record as a on a.workspace_id = r.workspace_id and a.record_id = r.record_id
    left join quarantined as q
        on q.source = r.source and q.site = r.site and q.external_id = r.external_id
        and q.payload_hash = r.payload_hash
    left join raw.mapped_record as m on m.workspace_id = r.workspace_id and m.record_id = r.record_id
    where r.workspace_id = %(workspace_id)s
    group by 1, 2, 3, 4
),
results as (  -- a condition has an issue for each of its firings
    select source, site, external_id, false as is_change, count(*) as results
    from core.issue as i
    where workspace_id = %(workspace_id)s
      and exists (
          select from core.occurrence as o where o.workspace_id = i.workspace_id and o.issue_id = i.issue_id)
    group by 1, 2, 3
    union all
    select source, site, external_id, true, 1 from core.change where workspace_id = %(workspace_id)s
),
compared as (
    select
        source,
        is_change,
        coalesce(s.records, 0) as records,
        coalesce(s.pending, 0) as pending,
        coalesce(s.quarantined, 0) as quarantined,
        coalesce(s.no_failure, 0) as no_failure,
        coalesce(s.records - s.pending - s.quarantined - s.no_failure, 0) as normalized,
        coalesce(m.results, 0) as results
    from external_records as s
    full join results as m using (source, site, external_id, is_change)
),
{COUNTED}
insert into core.conservation as c (
    workspace_id, source, records, issues, changes, versions, no_failure, quarantined, pending, balanced,
    checked_at
)
select
    %(workspace_id)s, source, sum(records), sum(issues), sum(changes), sum(versions), sum(no_failure),
    sum(quarantined), sum(pending), bool_and({BALANCE}), clock_timestamp()
from counted
group by source
on conflict (workspace_id, source) do update set
    records = excluded.records, issues = excluded.issues, changes = excluded.changes,
    versions = excluded.versions, no_failure = excluded.no_failure, quarantined = excluded.quarantined,
    pending = excluded.pending, balanced = excluded.balanced, checked_at = excluded.checked_at
returning source, records, issues, changes, versions, no_failure, quarantined, pending, balanced
"""

# The same of the external records of which a run has claimed records, before it finishes them; one look at
# each: of a table that has just grown the planner knows nothing.
SELECT_COUNTS_OF_CLAIMED = f"""
with others as materialized (  -- once: of a table just emptied, a look at each row would read it all
    select record_id from raw.pending_record
    where workspace_id = %(workspace_id)s and run_id is distinct from %(run_id)s
),
touched as (
    select distinct r.source, r.site, r.external_id, core.is_change_kind(r.kind) as is_change
    from raw.pending_record as p
    cross join lateral (
        select source, site, external_id, kind
        from raw.record
        where workspace_id = p.workspace_id and record_id = p.record_id
        offset 0
    ) as r
    where p.run_id = %(run_id)s and p.workspace_id = %(workspace_id)s
),
compared as (
    select t.source, t.is_change, s.records, s.pending, s.quarantined, s.no_failure,
           s.records - s.pending - s.quarantined - s.no_failure as normalized,
           case
               when t.is_change then (
                   select count(*) from core.change as c
                   where c.workspace_id = %(workspace_id)s and c.source = t.source
                     and c.external_id = t.external_id and c.site = t.site
                   offset 0)
               else (
                   select count(*) from core.issue as i
                   where i.workspace_id = %(workspace_id)s and i.source = t.source
                     and i.external_id = t.external_id and i.site = t.site
                     and exists (
                         select from core.occurrence as o
                         where o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
                         offset 0)
                   offset 0)
           end as results
    from touched as t
    cross join lateral (
        select count(*) as records, count(*) filter (where is_pending) as pending,
               count(*) filter (where not is_pending and is_quarantined) as quarantined,
               count(no_failure) filter (where not is_pending and not is_quarantined) as no_failure
        from (
            select r.record_id in (select record_id from others) as is_pending,
                   exists (
                       select from raw.quarantine as q
                       where q.workspace_id = r.workspace_id and q.source = r.source
                         and q.external_id = r.external_id and q.site = r.site
                         and q.payload_hash = r.payload_hash and q.replayed_at is null
                       offset 0) as is_quarantined,
                   (
                       select m.no_failure from raw.mapped_record as m
                       where m.workspace_id = r.workspace_id and m.record_id = r.record_id
                       offset 0) as no_failure
            from raw.record as r
            where r.workspace_id = %(workspace_id)s and r.source = t.source and r.external_id = t.external_id
              and r.site = t.site and core.is_change_kind(r.kind) = t.is_change
        ) as versions
    ) as s
),
{COUNTED}
select source, sum(records)::bigint as records, sum(issues)::bigint as issues,
       sum(changes)::bigint as changes, sum(versions)::bigint as versions,
       sum(no_failure)::bigint as no_failure, sum(quarantined)::bigint as quarantined,
       sum(pending)::bigint as pending, bool_and({BALANCE}) as balanced
from counted
group by source
order by source
"""

SELECT_IS_COUNT_DUE = """
select not exists (
    select from core.conservation where workspace_id = %(workspace_id)s and checked_at > now() - %(max_age)s
) or exists (
    select from core.conservation where workspace_id = %(workspace_id)s and not balanced
) as is_due
"""

DELETE_COUNTS_OF_GONE_SOURCES = """
delete from core.conservation as c
where c.workspace_id = %(workspace_id)s
    and not exists (select from raw.record where workspace_id = c.workspace_id and source = c.source)
    and not exists (select from core.issue where workspace_id = c.workspace_id and source = c.source)
    and not exists (select from core.change where workspace_id = c.workspace_id and source = c.source)
"""


COUNT_AGAIN_AFTER = timedelta(hours=20)
"""Once a night, even if the next one begins a little earlier."""


@dataclass(frozen=True)
class SourceBalance:
    """What the records of one source in one workspace have become."""

    source: str
    records: int
    issues: int
    versions: int
    quarantined: int
    pending: int
    balanced: bool
    changes: int = 0
    no_failure: int = 0

    @property
    def lost(self) -> int:
        """Records that became nothing; negative: issues or changes without a record."""
        became = self.issues + self.changes + self.versions + self.no_failure
        return self.records - became - self.quarantined - self.pending


def check_conservation(session: Session, workspace_id: UUID) -> list[SourceBalance]:
    """Count a workspace's records and store the result, a row a source."""
    session.execute(DELETE_COUNTS_OF_GONE_SOURCES, {"workspace_id": workspace_id})
    rows = session.rows(UPSERT_COUNTS, {"workspace_id": workspace_id})
    return sorted((SourceBalance(**row) for row in rows), key=lambda balance: balance.source)


def check_claimed_records(session: Session, run_id: str, workspace_id: UUID) -> list[SourceBalance]:
    """Count what has become of the records that a run has claimed and not finished, a row a source."""
    parameters = {"run_id": run_id, "workspace_id": workspace_id}
    return [SourceBalance(**row) for row in session.rows(SELECT_COUNTS_OF_CLAIMED, parameters)]


def is_count_due(session: Session, workspace_id: UUID) -> bool:
    """Whether all records of a workspace were counted long ago, or some were lost when they were."""
    parameters = {"workspace_id": workspace_id, "max_age": COUNT_AGAIN_AFTER}
    row = session.row(SELECT_IS_COUNT_DUE, parameters)
    return bool(row and row["is_due"])
