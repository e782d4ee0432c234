"""Retention: deletes what a workspace no longer keeps, a bounded batch at a time.

Issues (`issues_days`) are counted from their last change at the source, open or not, and are deleted with
their records, edits, fingerprint and place in a pattern; the next run groups the rest again, and patterns
keep their ids. Kept beyond that, for as long as it is needed:

- every issue that a link, an unlink or feedback names, for these are obeyed forever;
- of a pattern with a closure note or a claimed fix, the members most central to it, so that the pattern
  stays and a new failure of its kind reopens it;
- all members of a pattern whose fix is not proven yet, for the proof compares before and after.

Changes (deploys, releases …) and quarantined records are deleted after `issues_days` too, and what is stored
of messages in Slack, but for cards of patterns that are still there.

Predictions (`predictions_days`) are counted from the end of their window and get their outcome first; they
are deleted with their outcomes and dismissals. How many of a day ended how is kept for 90 days, for the
overview. The audit log, and messages that were delivered or given up, are deleted after `audit_days`.

Stored responses of idempotent requests are deleted after a day, archives after two, sessions with their
refresh tokens a month after they ended, and single refresh tokens a month after they expired. The history of
syncs is kept for 90 days, with the last one that succeeded and the last one that read anything: these tell
since when a tool is out of sight. Ids of webhook deliveries, which refuse a repetition, are kept for 30 days.
"""

from uuid import UUID

from causeloop_pipeline.model.pattern import CENTRAL_MEMBERS
from causeloop_pipeline.model.proof import FINAL_VERDICTS
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.database.sql_values import quote_values
from causeloop_pipeline.storage.detect.grouping_state import mark_grouping_stale

ROWS_PER_BATCH = 2_000

IS_PENDING = """
exists (
    select from raw.pending_record as p
    join raw.record as r using (workspace_id, record_id)
    where p.workspace_id = t.workspace_id and r.source = t.source and r.external_id = t.external_id
        and r.site = t.site
)
"""

WITH_EXPIRED_ISSUES = f"""
with kept_patterns as (
    select pattern_id, bool_or(is_undecided) as is_undecided
    from (
        select pattern_id, false as is_undecided
        from detect.closure_note where workspace_id = %(workspace_id)s
        union all
        select f.pattern_id, coalesce(p.verdict not in ({quote_values(FINAL_VERDICTS)}), true)
        from act.fix as f
        left join act.proof as p using (workspace_id, recommendation_id, pattern_id)
        where f.workspace_id = %(workspace_id)s and f.withdrawn_at is null
    ) as claims
    group by pattern_id
), kept_issues as (
    select m.issue_id
    from kept_patterns as k
    cross join lateral (
        select issue_id, row_number() over (order by similarity desc, issue_id) as place
        from detect.pattern_member
        where workspace_id = %(workspace_id)s and pattern_id = k.pattern_id
    ) as m
    where k.is_undecided or m.place <= {CENTRAL_MEMBERS}
    union
    select unnest(array[left_issue_id, right_issue_id])
    from detect.pattern_constraint where workspace_id = %(workspace_id)s
    union
    select unnest(array[left_issue_id, right_issue_id])
    from detect.pattern_feedback where workspace_id = %(workspace_id)s
), expired as materialized (
    select t.workspace_id, t.issue_id, t.source, t.site, t.external_id
    from core.issue as t
    join app.workspace_settings as s using (workspace_id)
    cross join lateral (select now() - make_interval(days => s.issues_days) as before) as retention
    where t.workspace_id = %(workspace_id)s and t.source_created_at < retention.before
        and t.source_updated_at < retention.before and coalesce(t.resolved_at < retention.before, true)
        and not exists (
            select from core.occurrence as o
            where o.workspace_id = t.workspace_id and o.issue_id = t.issue_id
                and o.started_at >= retention.before
        )
        and not exists (select from kept_issues as k where k.issue_id = t.issue_id)
        and not {IS_PENDING}
    order by t.source_created_at, t.issue_id
    limit %(batch)s
), edits as (
    delete from core.issue_edit as e using expired
    where e.workspace_id = expired.workspace_id and e.issue_id = expired.issue_id
), marks as (
    delete from core.provider_mark as m using expired
    where m.workspace_id = expired.workspace_id and m.issue_id = expired.issue_id
)
"""

WITH_EXPIRED_CHANGES = f"""
with expired as materialized (
    select t.workspace_id, t.change_id, t.source, t.site, t.external_id
    from core.change as t
    join app.workspace_settings as s using (workspace_id)
    where t.workspace_id = %(workspace_id)s and t.changed_at < now() - make_interval(days => s.issues_days)
        and t.source_updated_at < now() - make_interval(days => s.issues_days)
        and not {IS_PENDING}
    order by t.changed_at, t.change_id
    limit %(batch)s
)
"""


def _delete_with_records(table: str, key: str, with_expired: str, is_record_of: str) -> str:
    """Deletes the rows of the CTE `expired` and the records that they were made from."""
    return f"""{with_expired}, records as (
    delete from raw.record as r using expired
    where r.workspace_id = expired.workspace_id and r.source = expired.source
        and r.external_id = expired.external_id and r.site = expired.site and {is_record_of}
)
delete from {table} as t using expired
where t.workspace_id = expired.workspace_id and t.{key} = expired.{key}
"""


def _delete_rows(table: str, key: str, is_expired: str, oldest_first: str = "") -> str:
    """Deletes the rows `t` that are expired by the workspace's settings `s`."""
    return f"""
delete from {table} where workspace_id = %(workspace_id)s and {key} in (
    select t.{key} from {table} as t
    join app.workspace_settings as s using (workspace_id)
    where t.workspace_id = %(workspace_id)s and {is_expired} {oldest_first}
    limit %(batch)s
)
"""


IS_PREDICTION_EXPIRED = """
t.closes_at < now() - make_interval(days => s.predictions_days)
    and (t.probability is null or exists (
        select from predict.outcome as o
        where o.workspace_id = t.workspace_id and o.prediction_id = t.prediction_id
    ))
"""

IS_SESSION_OVER = "least(t.ends_at, coalesce(t.ended_at, t.ends_at)) < now() - interval '30 days'"

# Failed syncs are superseded by later ones.
IS_SYNC_RUN_OLD = """
t.status <> 'running' and t.started_at < now() - interval '90 days'
    and (t.status = 'failed' or exists (
        select from app.sync_run as o
        where o.workspace_id = t.workspace_id and o.connector_id = t.connector_id
            and o.status = 'succeeded' and o.started_at > t.started_at
    ))
    and (t.pages = 0 or exists (
        select from app.sync_run as o
        where o.workspace_id = t.workspace_id and o.connector_id = t.connector_id
            and o.pages > 0 and o.started_at > t.started_at
    ))
"""

# A card stays as long as its pattern, for it is edited in place.
IS_SLACK_MESSAGE_OLD = """
t.updated_at < now() - make_interval(days => s.issues_days)
    and (t.kind <> 'card' or not exists (
        select from detect.pattern as p where p.workspace_id = t.workspace_id and p.pattern_id = t.pattern_id
    ))
"""

RETENTION_KINDS = {
    "sync runs": _delete_rows("app.sync_run", "sync_run_id", IS_SYNC_RUN_OLD),
    "feed outages": _delete_rows("app.feed_outage", "ctid", "t.repaired_at < now() - interval '90 days'"),
    "webhook deliveries": _delete_rows(
        "raw.webhook_delivery", "ctid", "t.received_at < now() - interval '30 days'"
    ),
    "deliveries": _delete_rows("raw.delivery", "delivery_key", "t.received_at < now() - interval '30 days'"),
    "idempotency keys": _delete_rows(
        "app.idempotency_key", "ctid", "t.created_at < now() - interval '24 hours'"
    ),
    "archives": _delete_rows(
        "app.workspace_archive", "archive_id", "t.requested_at < now() - interval '2 days'"
    ),
    "sessions": _delete_rows("app.session", "session_id", IS_SESSION_OVER),
    "refresh tokens": _delete_rows("app.refresh_token", "ctid", "t.expires_at < now() - interval '30 days'"),
    "issues": _delete_with_records(
        "core.issue", "issue_id", WITH_EXPIRED_ISSUES, "not core.is_change_kind(r.kind)"
    ),
    "changes": _delete_with_records(
        "core.change", "change_id", WITH_EXPIRED_CHANGES, "core.is_change_kind(r.kind)"
    ),
    "quarantined records": _delete_rows(
        "raw.quarantine", "quarantine_id", "t.received_at < now() - make_interval(days => s.issues_days)"
    ),
    "predictions": _delete_rows(
        "predict.prediction", "prediction_id", IS_PREDICTION_EXPIRED, "order by t.closes_at"
    ),
    "outcome counts": _delete_rows(
        "predict.outcome_count", "ctid", "t.closed_on < (now() at time zone 'UTC')::date - 90"
    ),
    "audit entries": _delete_rows(
        "app.audit_log", "audit_id", "t.at < now() - make_interval(days => s.audit_days)"
    ),
    "post-mortems": _delete_rows(
        "act.postmortem",
        "postmortem_id",
        "((t.status = 'draft' and t.uploaded_at < now() - interval '1 day') "
        "or t.undone_at < now() - interval '30 days')",
    ),
    "messages": _delete_rows(
        "notify.outbox",
        "message_id",
        "coalesce(t.delivered_at, t.given_up_at) < now() - make_interval(days => s.audit_days)",
    ),
    "messages in Slack": _delete_rows("notify.slack_message", "message_id", IS_SLACK_MESSAGE_OLD),
}


def read_workspaces_with_retention(session: Session) -> list[UUID]:
    """Every workspace, also of organizations that are not active: retention applies to them too."""
    rows = session.rows("select workspace_id from app.workspace_settings order by workspace_id")
    return [row["workspace_id"] for row in rows]


def delete_expired(session: Session, workspace_id: UUID, kind: str, batch: int = ROWS_PER_BATCH) -> int:
    """Delete the next expired rows of a kind (a key of `RETENTION_KINDS`), at most a batch; how many."""
    deleted = session.execute(RETENTION_KINDS[kind], {"workspace_id": workspace_id, "batch": batch})
    if kind == "issues" and deleted:
        mark_grouping_stale(session, workspace_id)
    return deleted
