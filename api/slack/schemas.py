"""The Slack app of a workspace, and what it posted."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from api.http.pagination import PageRequest
from causeloop_pipeline.model.slack import SlackMessageKind, SlackMessageStatus, SlackMode

ChannelId = Annotated[str, StringConstraints(strip_whitespace=True, pattern="^[CG][A-Z0-9]{1,29}$")]
Secret = Annotated[SecretStr, Field(min_length=10, max_length=500)]


class SlackSetup(BaseModel):
    """What Slack shows of a new app: its two secrets, which are not shown again, and where cards go."""

    model_config = ConfigDict(extra="forbid")

    bot_token: Annotated[Secret, Field(json_schema_extra={"pattern": "^xoxb-"})] = Field(
        description="Begins with xoxb-; under OAuth & Permissions"
    )
    signing_secret: Secret = Field(description="Under Basic Information")
    channel_id: ChannelId = Field(description="Such as C0123ABCD; in the channel's details, at the end")
    mode: SlackMode = SlackMode.LIVE


class SlackChange(BaseModel):
    """Fields to change; absent fields keep their value."""

    model_config = ConfigDict(extra="forbid")

    channel_id: ChannelId | None = None
    mode: SlackMode | None = None


class SlackApp(BaseModel):
    """The app, without its secrets; the addresses are what Slack calls."""

    is_connected: bool
    team_id: str | None
    team_name: str | None
    channel_id: str | None
    mode: SlackMode
    error: str | None = Field(description="Why nothing can be posted; null: it can")
    set_up_at: datetime | None
    started_at: datetime | None = Field(description="Cards begin with what recurs after this")
    manifest: dict[str, Any] = Field(description="To be pasted into Slack, which makes the app of it")


class SlackMessageFilters(PageRequest):
    """Filters of the list; a repeated filter matches any of its values."""

    kind: list[SlackMessageKind] | None = None
    status: list[SlackMessageStatus] | None = None


class SlackMessage(BaseModel):
    """A card, or why a pattern resurfaced: posted, or only listed."""

    id: UUID
    kind: SlackMessageKind
    status: SlackMessageStatus
    pattern_id: UUID
    pattern_name: str | None
    channel_id: str
    text: str
    error: str | None
    decided_at: datetime
    updated_at: datetime
