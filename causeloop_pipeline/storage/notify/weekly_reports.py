"""Queues the report of the last whole week, once, for every member who wants it by e-mail."""

from uuid import UUID

from causeloop_pipeline.model.proof import FINAL_VERDICTS
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.database.sql_values import quote_values

INSERT_REPORTS = f"""
with report as (
    select app.weekly_report(%(workspace_id)s, null, array[{quote_values(FINAL_VERDICTS)}]) as body
), wanted as (
    update app.preference as p
    set reported_on = (report.body ->> 'first_day')::date
    from report, app.membership as m, app.active_workspace as a
    where p.workspace_id = %(workspace_id)s and p.report_to is not null
      and a.workspace_id = p.workspace_id
      and m.workspace_id = p.workspace_id and m.user_id = p.user_id and m.status = 'active'
      and p.reported_on is distinct from (report.body ->> 'first_day')::date
    returning p.user_id, p.report_to
)
insert into notify.outbox (workspace_id, channel, dedupe_key, body)
select
    %(workspace_id)s, jsonb_build_object('type', 'report', 'to', w.report_to),
    'weekly-report:' || (report.body ->> 'first_day') || ':' || w.user_id,
    report.body || jsonb_build_object('url', %(site)s::text)
from report, wanted as w
on conflict (workspace_id, dedupe_key) do nothing
"""

SELECT_ANY = """
select exists (
    select from app.preference
    where workspace_id = %s and report_to is not null and reported_on is distinct from (
        select week.first_day
        from app.workspace cross join lateral app.week_of(null, timezone) as week
        where workspace_id = %s
    )
) as is_due
"""


def enqueue_weekly_reports(session: Session, workspace_id: UUID, site: str) -> int:
    """Queue the report for those who did not get it yet; returns the number of messages."""
    row = session.row(SELECT_ANY, (workspace_id, workspace_id))
    if row is None or not row["is_due"]:
        return 0
    return session.execute(INSERT_REPORTS, {"workspace_id": workspace_id, "site": site})
