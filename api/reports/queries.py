"""Reads the weekly report, and stores who gets it by e-mail."""

from datetime import date

from api.access.caller import Caller
from api.http.database import WorkspaceDatabase
from causeloop_pipeline.model.prediction import NEAREST_WINDOW
from causeloop_pipeline.model.proof import FINAL_VERDICTS
from causeloop_pipeline.storage.database.sql_values import quote_values

# A week that was not written tells what its rows tell; what was to be fixed then is not on record.
SELECT_REPORT = f"""
select coalesce((
    select r.body::text from notify.weekly_report as r
    where r.workspace_id = w.workspace_id and r.first_day = week.first_day
), (
    app.weekly_report(
        w.workspace_id, week.first_day, array[{quote_values(FINAL_VERDICTS)}], {NEAREST_WINDOW}
    )
    || case when week.first_day < last_week.first_day
        then '{{"written_at": null, "recommendations": []}}'::jsonb
        else '{{"written_at": null}}'::jsonb
    end
)::text)
from app.workspace as w
cross join lateral app.week_of(($1 ->> 'week')::date, w.timezone) as week
cross join lateral app.week_of(null, w.timezone) as last_week
where week.first_day <= (now() at time zone w.timezone)::date
"""

SELECT_WISH = """
select json_build_object('by_email', exists (
    select from app.preference where holder_id = ($1 ->> 'holder')::uuid and report_to is not null
))
"""

UPSERT_WISH = """
insert into app.preference as p (workspace_id, holder_id, user_id, report_to)
select $1, user_id, user_id, case when $3 then email end
from app.users where user_id = $2
on conflict (workspace_id, holder_id) do update set report_to = excluded.report_to
"""


async def read_report(db: WorkspaceDatabase, week: date | None) -> str | None:
    """One week as JSON text."""
    return await db.read_text(SELECT_REPORT, week=week.isoformat() if week else None)


async def read_wish(db: WorkspaceDatabase, caller: Caller) -> str | None:
    """Whether the caller gets the report by e-mail, as JSON text."""
    return await db.read_text(SELECT_WISH, holder=str(caller.caller_id))


async def store_wish(db: WorkspaceDatabase, caller: Caller, by_email: bool) -> None:
    """Store whether the caller gets the report by e-mail."""
    await db.transaction.execute(UPSERT_WISH, caller.workspace_id, caller.caller_id, by_email)
