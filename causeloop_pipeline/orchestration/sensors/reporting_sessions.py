"""Ends transactions of BI tools that take too long, so that none holds locks or old rows for hours."""

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
    """End what takes too long; where no login was ever granted there is nothing to look at."""
    from causeloop_pipeline.storage.reporting.sessions import end_long_transactions

    with installation.database.every_workspace() as session:
        ended = end_long_transactions(session)
    for login in ended:
        context.log.warning("ended a transaction of %s, which was open for more than five minutes", login)
    return dg.SkipReason(f"{len(ended)} transactions ended")
