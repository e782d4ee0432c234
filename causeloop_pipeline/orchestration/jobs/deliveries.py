"""The job that evaluates changed alert rules and delivers the messages that are due."""

import dagster as dg

from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME
from causeloop_pipeline.stages.installation import Installation


@dg.op(description="Evaluates changed alert rules, and sends all due messages, several workspaces at once.")
def deliver_due(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Evaluate changed alert rules, then send until nothing is due."""
    from causeloop_pipeline.stages.jobs.deliveries import deliver_messages, evaluate_changed_rules

    with retry_on_database_loss():
        evaluated = evaluate_changed_rules(installation)
        context.add_output_metadata({"workspaces evaluated": evaluated, **deliver_messages(installation)})


@dg.job(tags=MAX_RUNTIME, description="Delivers alerts to webhooks, chats and mailboxes, at least once.")
def deliveries() -> None:
    """One step."""
    deliver_due()
