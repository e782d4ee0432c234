"""Posts what is due in Slack, and edits the cards that have changed, each once."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.outbound.slack.posting import Posted, Posting, post
from causeloop_pipeline.outbound.slack.web_api import ABOUT_APP, SlackApi, SlackRefusal
from causeloop_pipeline.stages.defects import describe_failed_call
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs.by_workspace import count_by_workspace
from causeloop_pipeline.stages.slack_cards import decide_cards
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.notify.slack_apps import note_error, read_app
from causeloop_pipeline.storage.notify.slack_messages import (
    DueMessage,
    mark_message_refused,
    mark_posted,
    post_card_again,
    read_changed_cards,
    read_workspaces_with_slack_messages,
    start_message,
    wait_for_slack,
)

MAX_POSTED_PER_WORKSPACE = 50
KINDS = ("posted in Slack", "not posted in Slack")
PAUSE = timedelta(seconds=30)
"""How long all messages wait where Slack asks to wait, and not for how long."""


def send_slack_messages(installation: Installation) -> Counter[str]:
    """Post what is due in all workspaces, several at once; returns the count of each of KINDS."""
    with installation.database.every_workspace() as session:
        workspace_ids = read_workspaces_with_slack_messages(session)
    return count_by_workspace(partial(send_of_workspace, installation), workspace_ids, KINDS, "slack")


def send_of_workspace(installation: Installation, workspace_id: UUID) -> Counter[str]:
    """Post what is due in one workspace, one after the other, until Slack asks to wait."""
    count = Counter[str]()
    with installation.database.workspace(workspace_id) as session:
        timezone, pattern_ids = read_changed_cards(session, workspace_id)
        if pattern_ids:
            decide_cards(session, ScopedWorkspace(workspace_id, timezone), datetime.now(UTC), pattern_ids)
    for _ in range(MAX_POSTED_PER_WORKSPACE):
        with installation.database.workspace(workspace_id) as session:
            message = start_message(session, workspace_id)
        if message is None:
            break
        count["posted in Slack" if _send(installation, message) else "not posted in Slack"] += 1
    return count


def _send(installation: Installation, message: DueMessage) -> bool:
    """Call Slack, outside of any transaction, and store the result."""
    try:
        posted = _post(installation, message)
    except Exception as failure:  # a defect with one message must not delay the others
        _store_failure(installation, message, failure)
        return False
    with installation.database.workspace(message.workspace_id) as session:
        mark_posted(session, message, posted.ts)
        if message.card_ts is not None and not posted.is_in_thread:
            post_card_again(session, message)
    return True


def _post(installation: Installation, message: DueMessage) -> Posted:
    try:
        with installation.database.workspace(message.workspace_id) as session:
            app = read_app(session, installation.vault, message.workspace_id)
    except SecretError as error:
        raise PermanentFailure(str(error)) from None
    if app is None:
        raise PermanentFailure("the Slack app was disconnected")
    configured = installation.settings
    api = SlackApi(configured.slack_url, app.bot_token, EgressPolicy.parse(read_allowed(configured)))
    posting = Posting(
        message.message_id,
        message.channel_id,
        message.body,
        message.decided_at,
        is_first_attempt=message.attempts == 1,
        ts=message.ts,
        thread_ts=message.card_ts,
    )
    return post(api, posting)


def _store_failure(installation: Installation, message: DueMessage, failure: Exception) -> None:
    """A refusal of the app holds everything until somebody has changed it; one of a message is its own."""
    failed = describe_failed_call(failure, f"Slack message {message.message_id}")
    is_about_app = isinstance(failure, SlackRefusal) and failure.error in ABOUT_APP
    wait = failure.retry_after if isinstance(failure, TransientFailure) else None
    with installation.database.workspace(message.workspace_id) as session:
        if wait is not None or is_about_app:
            wait_for_slack(session, message, wait or PAUSE)
        else:
            mark_message_refused(session, message, failed.reason, None, permanent=failed.is_permanent)
        if is_about_app:
            note_error(session, message.workspace_id, failed.reason)
