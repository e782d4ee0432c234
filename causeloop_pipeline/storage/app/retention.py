"""Forgets what a workspace keeps no longer, a bounded batch at a time.

Issues (`issues_days`) are counted from their last change at the source, open or not, and go with their
payloads, edits, fingerprint and place in a pattern; the next run groups the rest anew, and patterns keep
their ids. Kept beyond that, for as long as what needs them stands:

- every issue that a person's link, unlink or verdict names, for these are obeyed for ever;
- of a pattern with a closure note or a claimed fix, the members most central to it, so that the pattern
  lives on and a new failure of its kind reopens it;
- all members of a pattern whose fix is not proven yet, for the proof compares before and after.

Deploys and other changes, and what was set aside unread, go after `issues_days` too.

Predictions (`predictions_days`) are counted from the end of their window and are graded first; they go with
their outcomes and dismissals. The audit log, and messages that were delivered or given up, go after
`audit_days`.
"""

from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

BATCH = 2_000
CENTRAL_MEMBERS = 25

ISSUES = """
with kept_for as (
    select pattern_id, bool_or(undecided) as undecided
    from (
        select pattern_id, false as undecided from detect.closure_note where workspace_id = %(workspace_id)s
        union all
        select f.pattern_id, coalesce(p.verdict, 'not_provable_yet') = 'not_provable_yet'
        from act.fix as f
        left join act.proof as p using (workspace_id, recommendation_id, pattern_id)
        where f.workspace_id = %(workspace_id)s and f.withdrawn_at is null
    ) as claims
    group by pattern_id
), needed as (
    select m.issue_id
    from kept_for as k
    cross join lateral (
        select issue_id, row_number() over (order by similarity desc, issue_id) as place
        from detect.pattern_member
        where workspace_id = %(workspace_id)s and pattern_id = k.pattern_id
    ) as m
    where k.undecided or m.place <= %(central)s
    union
    select unnest(array[left_issue_id, right_issue_id])
    from detect.pattern_constraint where workspace_id = %(workspace_id)s
    union
    select unnest(array[left_issue_id, right_issue_id])
    from detect.pattern_verdict where workspace_id = %(workspace_id)s
), old as materialized (
    select i.workspace_id, i.issue_id, i.source, i.external_id
    from core.issue as i
    join app.workspace_settings as s using (workspace_id)
    cross join lateral (select now() - make_interval(days => s.issues_days) as before) as kept
    where i.workspace_id = %(workspace_id)s and i.source_created_at < kept.before
        and i.source_updated_at < kept.before and coalesce(i.resolved_at < kept.before, true)
        and not exists (select from needed as n where n.issue_id = i.issue_id)
        and not exists (
            select from raw.arrival as a
            join raw.record as r using (workspace_id, record_id)
            where a.workspace_id = i.workspace_id and r.source = i.source and r.external_id = i.external_id
        )
    order by i.source_created_at, i.issue_id
    limit %(batch)s
), records as (
    delete from raw.record as r using old
    where r.workspace_id = old.workspace_id and r.source = old.source and r.external_id = old.external_id
        and r.kind not in ('change', 'normalized_change')
), edits as (
    delete from core.issue_edit as e using old
    where e.workspace_id = old.workspace_id and e.issue_id = old.issue_id
)
delete from core.issue as i using old
where i.workspace_id = old.workspace_id and i.issue_id = old.issue_id
"""

# What the last grouping learnt holds issues that are no more: whatever run comes next groups anew.
GROUP_ANEW = "update detect.grouping_state set people_digest = 'forgotten' where workspace_id = %s"

CHANGES = """
with old as materialized (
    select c.workspace_id, c.change_id, c.source, c.external_id
    from core.change as c
    join app.workspace_settings as s using (workspace_id)
    where c.workspace_id = %(workspace_id)s and c.changed_at < now() - make_interval(days => s.issues_days)
        and c.source_updated_at < now() - make_interval(days => s.issues_days)
        and not exists (
            select from raw.arrival as a
            join raw.record as r using (workspace_id, record_id)
            where a.workspace_id = c.workspace_id and r.source = c.source and r.external_id = c.external_id
        )
    order by c.changed_at, c.change_id
    limit %(batch)s
), records as (
    delete from raw.record as r using old
    where r.workspace_id = old.workspace_id and r.source = old.source and r.external_id = old.external_id
        and r.kind in ('change', 'normalized_change')
)
delete from core.change as c using old
where c.workspace_id = old.workspace_id and c.change_id = old.change_id
"""

QUARANTINE = """
delete from raw.quarantine where workspace_id = %(workspace_id)s and quarantine_id in (
    select q.quarantine_id from raw.quarantine as q
    join app.workspace_settings as s using (workspace_id)
    where q.workspace_id = %(workspace_id)s and q.received_at < now() - make_interval(days => s.issues_days)
    limit %(batch)s
)
"""

PREDICTIONS = """
delete from predict.prediction where workspace_id = %(workspace_id)s and prediction_id in (
    select p.prediction_id from predict.prediction as p
    join app.workspace_settings as s using (workspace_id)
    where p.workspace_id = %(workspace_id)s
        and p.closes_at < now() - make_interval(days => s.predictions_days)
        and (p.probability is null or exists (
            select from predict.outcome as o
            where o.workspace_id = p.workspace_id and o.prediction_id = p.prediction_id
        ))
    order by p.closes_at
    limit %(batch)s
)
"""

AUDIT = """
delete from app.audit_log where workspace_id = %(workspace_id)s and audit_id in (
    select a.audit_id from app.audit_log as a
    join app.workspace_settings as s using (workspace_id)
    where a.workspace_id = %(workspace_id)s and a.at < now() - make_interval(days => s.audit_days)
    limit %(batch)s
)
"""

MESSAGES = """
delete from notify.outbox where workspace_id = %(workspace_id)s and message_id in (
    select o.message_id from notify.outbox as o
    join app.workspace_settings as s using (workspace_id)
    where o.workspace_id = %(workspace_id)s
        and coalesce(o.delivered_at, o.given_up_at) < now() - make_interval(days => s.audit_days)
    limit %(batch)s
)
"""

KINDS = {
    "issues": ISSUES,
    "changes": CHANGES,
    "quarantined records": QUARANTINE,
    "predictions": PREDICTIONS,
    "audit entries": AUDIT,
    "messages": MESSAGES,
}


def workspaces_with_retention(session: Session) -> list[UUID]:
    """Every workspace, also of organizations that are not active: what is due to go is due there too."""
    rows = session.rows("select workspace_id from app.workspace_settings order by workspace_id")
    return [row["workspace_id"] for row in rows]


def forget_batch(session: Session, workspace_id: UUID, kind: str, batch: int = BATCH) -> int:
    """Forget the next of a kind (a key of `KINDS`) that are due, at most a batch; how many there were."""
    parameters = {"workspace_id": workspace_id, "batch": batch, "central": CENTRAL_MEMBERS}
    forgotten = session.execute(KINDS[kind], parameters)
    if kind == "issues" and forgotten:
        session.execute(GROUP_ANEW, (workspace_id,))
    return forgotten
