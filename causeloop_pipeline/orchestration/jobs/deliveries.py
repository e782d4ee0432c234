"""The job that evaluates changed alert rules and delivers the messages that are due."""

import dagster as dg

from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME
from causeloop_pipeline.stages.installation import Installation


@dg.op(description="Evaluates changed alert rules, and sends all due messages, several workspaces at once.")
def deliver_due(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Evaluate changed alert rules, then send until nothing is due."""
    from causeloop_pipeline.stages.jobs.deliveries import deliver_messages, evaluate_changed_rules
    from causeloop_pipeline.stages.jobs.slack_messages import send_slack_messages

    with retry_on_database_loss():
        evaluated = evaluate_changed_rules(installation)
        sent = deliver_messages(installation) + send_slack_messages(installation)
        context.add_output_metadata({"workspaces evaluated": evaluated, **sent})


@dg.job(tags=MAX_RUNTIME, description="Delivers alerts to webhooks, chats and mailboxes, and cards to Slack.")
def deliveries() -> None:
    """One step."""
    deliver_due()
