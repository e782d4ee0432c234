"""Sends what waits in the outbox: each message in a transaction of its own, held while it is sent.

Rules that were made or changed since their last evaluation, or whose snooze has ended, are evaluated first:
whoever asks to be told is told now what is so already, and not with the next computation.

A run that dies between sending and committing sends that one message again, under the same id.
"""

import logging
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.assets.alerts import evaluate_rules
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME
from causeloop_pipeline.orchestration.stage import told

if TYPE_CHECKING:
    from causeloop_pipeline.outbound.deliver import Postman
    from causeloop_pipeline.storage.database.session import Session
    from causeloop_pipeline.storage.notify.outbox import OutboxMessage

logger = logging.getLogger(__name__)

AT_ONCE = 8
SECONDS_A_WORKSPACE = 60.0
MESSAGES_A_WORKSPACE = 500


@dg.op(
    description="Evaluates changed rules, and sends every message that is due, several workspaces at once."
)
def deliver_due(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Send until nothing is due; a slow receiver holds up nobody but its own workspace."""
    evaluated = evaluate_changed_rules(installation)
    context.add_output_metadata({"workspaces evaluated": evaluated, **deliver_messages(installation)})


@dg.job(tags=MAX_RUNTIME, description="Delivers alerts to webhooks, chats and mailboxes, at least once.")
def deliveries() -> None:
    """One step."""
    deliver_due()


def evaluate_changed_rules(installation: Installation) -> int:
    """Evaluate the rules of every workspace in which one does not stand as last evaluated; how many."""
    from causeloop_pipeline.storage.notify.alerts import workspaces_with_rules_to_evaluate

    as_of = datetime.now(UTC)
    with installation.database.every_workspace() as session:
        workspace_ids = workspaces_with_rules_to_evaluate(session, as_of)
    for workspace_id in workspace_ids:
        _evaluate(installation, workspace_id, as_of)
    return len(workspace_ids)


def deliver_messages(installation: Installation) -> Counter[str]:
    """Deliver what is due in all workspaces; how many messages were delivered, failed or given up."""
    from causeloop_pipeline.storage.notify.outbox import workspaces_with_messages

    with installation.database.every_workspace() as session:
        workspace_ids = workspaces_with_messages(session)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="deliver") as threads:
        counts = threads.map(lambda one: deliver_of_workspace(installation, one), workspace_ids)
        return sum(counts, Counter({"delivered": 0, "failed": 0, "given up": 0}))


def deliver_of_workspace(installation: Installation, workspace_id: UUID) -> Counter[str]:
    """Deliver one workspace's messages one by one, as long as it is this workspace's turn."""
    from causeloop_pipeline.storage.notify.outbox import due_messages

    ends, count, postman = time.monotonic() + SECONDS_A_WORKSPACE, Counter[str](), _postman(installation)
    while time.monotonic() < ends and count.total() < MESSAGES_A_WORKSPACE:
        with installation.database.workspace(workspace_id) as session:
            messages = due_messages(session, limit=1)
            if not messages:
                break
            count[_attempt(session, installation, postman, messages[0])] += 1
    return count


def _evaluate(installation: Installation, workspace_id: UUID, as_of: datetime) -> None:
    """One workspace's rules; after a defect they wait for the `alerts` asset, which reports it."""
    from causeloop_pipeline.storage.notify.alerts import begin_evaluation

    try:
        with installation.database.workspace(workspace_id) as session:
            evaluate_rules(session, workspace_id, as_of)
    except Exception as failure:  # one tenant's defect must not hold up the messages of the others
        logger.error("alert rules of %s: %s", workspace_id, told(failure))
        with installation.database.workspace(workspace_id) as session:
            begin_evaluation(session, workspace_id, as_of)


def _attempt(
    session: "Session", installation: Installation, postman: "Postman", message: "OutboxMessage"
) -> str:
    from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure
    from causeloop_pipeline.storage.notify.outbox import mark_delivered, mark_failed

    try:
        _send(installation, postman, message)
    except OutsideFailure as failure:
        given_up = mark_failed(
            session, message, failure.reason, permanent=isinstance(failure, PermanentFailure)
        )
        return "given up" if given_up else "failed"
    except Exception as failure:  # a defect in one message must not hold up the others
        frames = traceback.extract_tb(failure.__traceback__)
        place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}"
        logger.error("message %s: %s at %s", message.message_id, type(failure).__name__, place)
        reason = f"unexpected {type(failure).__name__}: this is a defect, see the pipeline's log"
        return "given up" if mark_failed(session, message, reason, permanent=False) else "failed"
    mark_delivered(session, message)
    return "delivered"


def _send(installation: Installation, postman: "Postman", message: "OutboxMessage") -> None:
    from causeloop_pipeline.egress.errors import PermanentFailure
    from causeloop_pipeline.outbound.deliver import Delivery, deliver
    from causeloop_pipeline.storage.app.vault import SecretError
    from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS

    if message.alert_rule_id is None or not message.is_wanted:
        raise PermanentFailure("the rule was deleted, or its channel taken out, before this was sent")
    try:
        secrets = installation.vault.open(
            message.channel_secrets, message.workspace_id, message.alert_rule_id, CHANNEL_SECRETS
        )
    except SecretError as lost:
        raise PermanentFailure(str(lost)) from None
    deliver(Delivery(message.message_id, message.channel, message.body, secrets), postman)


def _postman(installation: Installation) -> "Postman":
    from causeloop_pipeline.egress.policy import EgressPolicy
    from causeloop_pipeline.outbound.deliver import Postman

    known = installation.settings
    smtp_url = known.smtp_url.get_secret_value() if known.smtp_url else None
    policy = EgressPolicy.parse(known.egress_allow)
    return Postman(policy, smtp_url, known.smtp_from, lambda: datetime.now(UTC))
