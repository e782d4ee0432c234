"""A sample Slack app, switched off, and a card that would have been posted."""

from uuid import uuid4

import psycopg

from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.notify.slack_apps import BOT_TOKEN, SIGNING_SECRET, SLACK_SECRETS
from causeloop_pipeline.storage.secrets.key_ring import open_vault
from tests.api.sample_rows import Sample, insert_row

SAMPLE_SECRET = "a-secret-of-sixteen"
"""What a test that plans a whole configuration gives for every secret: so none of Slack's is new."""


def insert_slack_app(api: psycopg.Connection, sample: Sample) -> None:
    """An app that is switched off, whose secrets are `SAMPLE_SECRET`."""
    workspace_id = sample.workspace_id
    secrets = {BOT_TOKEN: SAMPLE_SECRET, SIGNING_SECRET: SAMPLE_SECRET}
    sealed = open_vault().seal(secrets, workspace_id, workspace_id, SLACK_SECRETS)
    api.execute(
        "insert into notify.slack_app "
        "(workspace_id, team_id, team_name, channel_id, mode, secrets, set_up_by) "
        "values (%s, 'T0001', %s, 'C0001', 'off', %s, 'user:sample')",
        (workspace_id, sample.canary, sealed),
    )
    api.execute(
        "insert into notify.slack_request (workspace_id, signature_hash) values (%s, 'hash')",
        (sample.workspace_id,),
    )


def insert_slack_message(session: Session, sample: Sample) -> None:
    """A card of the sample's pattern."""
    insert_row(
        session,
        "notify.slack_message",
        sample,
        message_id=uuid4(),
        pattern_id=sample.ids["pattern_id"],
        kind="card",
        channel_id="C0001",
        body='{"text": "Occurred 4 times: ' + sample.canary + '", "blocks": []}',
        status="shadow",
    )
