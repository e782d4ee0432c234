"""Writes the report of the last whole week, and queues it for every member who wants it by e-mail."""

from uuid import UUID

from causeloop_pipeline.model.prediction import NEAREST_WINDOW
from causeloop_pipeline.model.proof import FINAL_VERDICTS
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.database.sql_values import quote_values

# Of a workspace in which something has occurred, once, by the first run after the week.
INSERT_WRITTEN = f"""
insert into notify.weekly_report (workspace_id, first_day, body)
select %(workspace_id)s, week.first_day,
    (app.weekly_report(
        %(workspace_id)s, week.first_day, array[{quote_values(FINAL_VERDICTS)}], {NEAREST_WINDOW}
    ) || jsonb_build_object('written_at', now()))::json
from app.workspace as w
cross join lateral app.week_of(null, w.timezone) as week
where w.workspace_id = %(workspace_id)s
  and not exists (
      select from notify.weekly_report as r
      where r.workspace_id = w.workspace_id and r.first_day = week.first_day
  )
  and exists (
      select from core.occurrence as o
      where o.workspace_id = w.workspace_id and o.started_at < week.until
  )
on conflict do nothing
"""

INSERT_REPORTS = """
with report as (
    select r.body::jsonb as body
    from app.workspace as w
    cross join lateral app.week_of(null, w.timezone) as week
    join notify.weekly_report as r on r.workspace_id = w.workspace_id and r.first_day = week.first_day
    where w.workspace_id = %(workspace_id)s
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


def write_weekly_report(session: Session, workspace_id: UUID) -> int:
    """Write the report of the last whole week, once forever; returns 1 if it was written now."""
    return session.execute(INSERT_WRITTEN, {"workspace_id": workspace_id})


def enqueue_weekly_reports(session: Session, workspace_id: UUID, site: str) -> int:
    """Queue the report for those who did not get it yet; returns the number of messages."""
    row = session.row(SELECT_ANY, (workspace_id, workspace_id))
    if row is None or not row["is_due"]:
        return 0
    return session.execute(INSERT_REPORTS, {"workspace_id": workspace_id, "site": site})
