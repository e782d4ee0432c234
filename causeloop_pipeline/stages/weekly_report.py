"""Writes the report of a week that ended, once all stages have run, and queues it as an e-mail."""

from uuid import UUID

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.notify.weekly_reports import enqueue_weekly_reports, write_weekly_report


def report_week(session: Session, workspace_id: UUID) -> int:
    """Write the report once forever; how many messages are queued.

    It is written by the last stage: in a workspace's first run nothing is recommended before.
    """
    write_weekly_report(session, workspace_id)
    if not settings().smtp_url:
        return 0
    return enqueue_weekly_reports(session, workspace_id, settings().public_url.rstrip("/"))
