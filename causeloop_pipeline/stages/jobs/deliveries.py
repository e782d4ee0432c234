"""Sends the messages that wait in the outbox: each in a transaction of its own, locked while it is sent.

Alert rules that were made or changed since their last evaluation, or whose snooze has ended, are evaluated
first, so that a new rule alerts at once on what is already true.

A run that dies between sending and committing sends that message again under the same id.
"""

import logging
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.outbound.deliver import Delivery, DeliverySettings, deliver
from causeloop_pipeline.stages.alerts import evaluate_rules
from causeloop_pipeline.stages.defects import describe_defect, describe_failed_call
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs.by_workspace import count_by_workspace
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.notify.alerts import read_workspaces_with_rules_to_evaluate, start_evaluation
from causeloop_pipeline.storage.notify.outbox import (
    CHANNEL_SECRETS,
    OutboxMessage,
    claim_due_messages,
    mark_delivered,
    mark_failed,
    read_workspaces_with_messages,
)
from causeloop_pipeline.storage.notify.slack_messages import read_workspaces_with_slack_messages

logger = logging.getLogger(__name__)

KINDS = ("delivered", "failed", "given up")
MAX_SECONDS_PER_WORKSPACE = 60.0
MAX_MESSAGES_PER_WORKSPACE = 500


def has_anything_due(session: Session) -> bool:
    """Whether the session sees a due message or a changed alert rule."""
    return bool(
        read_workspaces_with_rules_to_evaluate(session, datetime.now(UTC))
        or read_workspaces_with_messages(session)
        or read_workspaces_with_slack_messages(session)
    )


def evaluate_changed_rules(installation: Installation) -> int:
    """Evaluate the rules of every workspace that has a new or changed one; how many workspaces."""
    as_of = datetime.now(UTC)
    with installation.database.every_workspace() as session:
        workspace_ids = read_workspaces_with_rules_to_evaluate(session, as_of)
    for workspace_id in workspace_ids:
        _evaluate_rules(installation, workspace_id, as_of)
    return len(workspace_ids)


def deliver_messages(installation: Installation) -> Counter[str]:
    """Deliver what is due, several workspaces at once; how many messages were delivered, failed or given up.

    A slow receiver delays only its own workspace.
    """
    with installation.database.every_workspace() as session:
        workspace_ids = read_workspaces_with_messages(session)
    return count_by_workspace(
        partial(deliver_workspace_messages, installation), workspace_ids, KINDS, "deliver"
    )


def deliver_workspace_messages(installation: Installation, workspace_id: UUID) -> Counter[str]:
    """Deliver one workspace's messages one by one, up to a number and a time."""
    ends, count = time.monotonic() + MAX_SECONDS_PER_WORKSPACE, Counter[str]()
    settings = read_delivery_settings(installation)
    while time.monotonic() < ends and count.total() < MAX_MESSAGES_PER_WORKSPACE:
        with installation.database.workspace(workspace_id) as session:
            messages = claim_due_messages(session, limit=1)
            if not messages:
                break
            count[_attempt_delivery(session, installation, settings, messages[0])] += 1
    return count


def _evaluate_rules(installation: Installation, workspace_id: UUID, as_of: datetime) -> None:
    """Evaluate one workspace's rules; after a defect they wait for the `alerts` asset, which reports it."""
    try:
        with installation.database.workspace(workspace_id) as session:
            evaluate_rules(session, workspace_id, as_of)
    except Exception as failure:  # one tenant's defect must not delay the messages of the others
        logger.error("alert rules of %s: %s", workspace_id, describe_defect(failure))
        with installation.database.workspace(workspace_id) as session:
            start_evaluation(session, workspace_id, as_of)


def _attempt_delivery(
    session: Session, installation: Installation, settings: DeliverySettings, message: OutboxMessage
) -> str:
    """Send one message and record the result: delivered, failed or given up."""
    try:
        _send(installation, settings, message)
    except Exception as failure:  # a defect in one message must not delay the others
        failed = describe_failed_call(failure, f"message {message.message_id}")
        is_given_up = mark_failed(session, message, failed.reason, permanent=failed.is_permanent)
        return "given up" if is_given_up else "failed"
    mark_delivered(session, message)
    return "delivered"


def _send(installation: Installation, settings: DeliverySettings, message: OutboxMessage) -> None:
    if not message.is_wanted:
        raise PermanentFailure("the rule was deleted, or its channel removed, before this was sent")
    if not message.is_confirmed:
        address = message.channel["to"]
        raise PermanentFailure(
            f"{address} has not confirmed that it wants alerts: ask for the link to be opened"
        )
    secrets: Mapping[str, str] = {}
    if message.alert_rule_id is not None:
        try:
            secrets = installation.vault.open(
                message.channel_secrets, message.workspace_id, message.alert_rule_id, CHANNEL_SECRETS
            )
        except SecretError as error:
            raise PermanentFailure(str(error)) from None
    deliver(Delivery(message.message_id, message.channel, message.body, secrets), settings)


def read_delivery_settings(installation: Installation) -> DeliverySettings:
    """This installation's delivery settings."""
    configured = installation.settings
    smtp_url = configured.smtp_url.get_secret_value() if configured.smtp_url else None
    egress = EgressPolicy.parse(read_allowed(configured))
    return DeliverySettings(egress, smtp_url, configured.smtp_from, lambda: datetime.now(UTC))
