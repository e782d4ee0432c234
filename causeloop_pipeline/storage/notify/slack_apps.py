"""The Slack app of a workspace, as what posts needs it."""

from dataclasses import dataclass, field
from uuid import UUID

from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Session

SLACK_SECRETS = "slack_secrets"
BOT_TOKEN, SIGNING_SECRET = "bot_token", "signing_secret"

SELECT_APP = """
select workspace_id, team_id, channel_id, mode, secrets, started_at, error
from notify.slack_app where workspace_id = %s
"""
UPDATE_ERROR = "update notify.slack_app set error = %s where workspace_id = %s and error is distinct from %s"


@dataclass(frozen=True)
class SlackApp:
    """A workspace's app; `bot_token` is empty where it was taken back."""

    channel_id: str
    bot_token: str = field(repr=False)


def read_app(session: Session, vault: Vault, workspace_id: UUID) -> SlackApp | None:
    """The app through which a workspace posts; None where it has none."""
    row = session.row(SELECT_APP, (workspace_id,))
    if row is None:
        return None
    secrets = vault.open(row["secrets"], workspace_id, workspace_id, SLACK_SECRETS)
    return SlackApp(row["channel_id"], secrets.get(BOT_TOKEN, ""))


def note_error(session: Session, workspace_id: UUID, error: str | None) -> None:
    """Store why nothing can be posted, for whoever looks at the settings; None: it works."""
    session.execute(UPDATE_ERROR, (error, workspace_id, error))
