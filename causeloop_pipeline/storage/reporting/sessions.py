"""Ends long transactions of BI logins: a client can lift the limits that are their defaults."""

from causeloop_pipeline.storage.database.roles import REPORTING_GUARD
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.reporting.logins import PREFIX

MAX_SECONDS = 300

SELECT_ENDED = """
select usename as login, pg_terminate_backend(pid) as is_ended
from pg_stat_activity
where usename like %s and xact_start < now() - make_interval(secs => %s)
"""


def end_long_transactions(session: Session, max_seconds: float = MAX_SECONDS) -> list[str]:
    """End every older transaction of a BI login; returns the logins, [] if there never was one."""
    may_end = session.row(
        "select coalesce(pg_has_role(current_user, to_regrole(%s), 'member'), false) as may_end",
        (REPORTING_GUARD,),
    )
    if not may_end or not may_end["may_end"]:
        return []
    session.execute(f"set local role {REPORTING_GUARD}")
    rows = session.rows(SELECT_ENDED, (f"{PREFIX.replace('_', chr(92) + '_')}%", max_seconds))
    session.execute("reset role")
    return [row["login"] for row in rows if row["is_ended"]]
