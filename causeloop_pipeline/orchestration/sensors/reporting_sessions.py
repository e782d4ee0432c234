"""Ends long transactions of BI tools, so that none holds locks or a snapshot for hours."""

import dagster as dg

from causeloop_pipeline.stages.installation import Installation


@dg.sensor(
    name="reporting_sessions",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends transactions of logins for BI that are open for more than five minutes.",
)
def watch_reporting_sessions(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.SkipReason:
    """End long transactions; skipped where no login was ever granted."""
    from causeloop_pipeline.storage.reporting.sessions import end_long_transactions

    with installation.database.every_workspace() as session:
        ended = end_long_transactions(session)
    for login in ended:
        context.log.warning("ended a transaction of %s, which was open for more than five minutes", login)
    return dg.SkipReason(f"{len(ended)} transactions ended")
