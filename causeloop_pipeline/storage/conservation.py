"""Nothing is lost between a tool and its issues: what came in is an issue, a version of one, refused, or still waiting."""

from dataclasses import dataclass
from uuid import UUID

from causeloop_pipeline.storage.session import Session

BALANCE = """
with subjects as (
    select r.source, r.external_id, count(*) as versions, count(a.record_id) as pending
    from raw.record as r
    left join raw.arrival as a using (workspace_id, record_id)
    where r.workspace_id = %(workspace_id)s
    group by r.source, r.external_id
), judged as (
    select s.source, s.versions, s.pending, s.versions - s.pending as settled,
           exists (select from core.issue as i where i.workspace_id = %(workspace_id)s and i.source = s.source
                   and i.external_id = s.external_id) as is_issue,
           exists (select from raw.quarantine as q where q.workspace_id = %(workspace_id)s
                   and q.source = s.source and q.external_id = s.external_id) as is_refused
    from subjects as s
), refused as (
    select q.source, count(*) as payloads
    from raw.quarantine as q
    where q.workspace_id = %(workspace_id)s and q.replayed_at is null
      and not exists (select from subjects as s where s.source = q.source and s.external_id = q.external_id)
    group by q.source
), summed as (
    select source,
           sum(versions) as records,
           count(*) filter (where is_issue and settled > 0) as issues,
           coalesce(sum(settled - 1) filter (where is_issue and settled > 0), 0) as versions,
           coalesce(sum(settled) filter (where not is_issue and is_refused), 0) as quarantined,
           sum(pending) as pending
    from judged
    group by source
)
insert into core.conservation (workspace_id, source, records, issues, versions, quarantined, pending, balanced, checked_at)
select %(workspace_id)s, source, coalesce(s.records, 0) + coalesce(r.payloads, 0), coalesce(s.issues, 0),
       coalesce(s.versions, 0), coalesce(s.quarantined, 0) + coalesce(r.payloads, 0), coalesce(s.pending, 0),
       coalesce(s.records = s.issues + s.versions + s.quarantined + s.pending, true), now()
from summed as s
full join refused as r using (source)
on conflict (workspace_id, source) do update set
    records = excluded.records, issues = excluded.issues, versions = excluded.versions,
    quarantined = excluded.quarantined, pending = excluded.pending, balanced = excluded.balanced,
    checked_at = excluded.checked_at
returning source, records, issues, versions, quarantined, pending, balanced
"""


@dataclass(frozen=True)
class Balance:
    """What came in by one source, and what became of it."""

    source: str
    records: int
    issues: int
    versions: int
    quarantined: int
    pending: int
    balanced: bool

    @property
    def lost(self) -> int:
        """Records that are nowhere."""
        return self.records - self.issues - self.versions - self.quarantined - self.pending


def balance(session: Session, workspace_id: UUID) -> list[Balance]:
    """Count a workspace's records by source and keep the count."""
    rows = session.rows(BALANCE, {"workspace_id": workspace_id})
    return sorted((Balance(**row) for row in rows), key=lambda one: one.source)
