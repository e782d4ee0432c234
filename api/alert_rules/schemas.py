"""Alert rules and their channels."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StrictBool, StrictFloat, StringConstraints

from api.field_types.instants import PossibleInstant
from api.field_types.texts import EMAIL, Trimmed
from api.http.pagination import PageRequest
from api.predictions.schemas import WrittenWindow

RuleName = Annotated[str, Trimmed(120)]
Address = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=EMAIL,
    ),
]


class Scope(BaseModel):
    """The patterns that a rule applies to; an absent field matches all."""

    model_config = ConfigDict(extra="forbid")

    service: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    team: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    pattern_id: UUID | None = None


class WebhookChannel(BaseModel):
    """A webhook; messages are signed per Standard Webhooks with a secret that is shown only once."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["webhook"]
    url: HttpUrl


class SlackChannel(BaseModel):
    """A Slack-compatible incoming webhook; its address is a secret and is not shown again."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["slack"]
    url: HttpUrl


class EmailChannel(BaseModel):
    """An e-mail address."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["email"]
    to: Address


Channel = Annotated[WebhookChannel | SlackChannel | EmailChannel, Field(discriminator="type")]
Channels = Annotated[list[Channel], Field(min_length=1, max_length=10)]


class NewAlertRule(BaseModel):
    """An alert rule to create; `probability_threshold` defaults to the workspace's."""

    model_config = ConfigDict(extra="forbid")

    name: RuleName
    scope: Scope = Scope()
    probability_threshold: StrictFloat | None = Field(None, ge=0, le=1)
    window_days: WrittenWindow = 7
    channels: Channels
    enabled: StrictBool = True


class AlertRuleChange(BaseModel):
    """Fields to change; absent fields keep their value, `channels` replace all channels."""

    model_config = ConfigDict(extra="forbid")

    name: RuleName | None = None
    scope: Scope | None = None
    probability_threshold: StrictFloat | None = Field(None, ge=0, le=1)
    window_days: WrittenWindow | None = None
    channels: Channels | None = None
    enabled: StrictBool | None = None


class Snooze(BaseModel):
    """The end of the snooze; null ends it now."""

    model_config = ConfigDict(extra="forbid")

    until: PossibleInstant | None


class SentTest(BaseModel):
    """How many channels a test message is on its way to."""

    channels: int


class AlertRuleFilters(PageRequest):
    """Parameters of the list of alert rules."""


class AlertRule(BaseModel):
    """An alert rule, without the secrets of its channels."""

    id: UUID
    name: str
    scope: dict[str, Any]
    probability_threshold: float
    window_days: int
    channels: list[dict[str, Any]]
    snoozed_until: datetime | None
    enabled: bool
    evaluated_at: datetime | None = Field(
        description="The last evaluation of the rule in its current form; null: not evaluated yet"
    )
    firing: int = Field(description="Number of patterns that the rule is firing for")
    unconfirmed_addresses: list[str] = Field(
        description="E-mail addresses whose owners have not confirmed yet that they want alerts"
    )
    created_by: str
    created_at: datetime


class CreatedAlertRule(AlertRule):
    """An alert rule with the signing secrets of new webhook channels, by channel number, shown only once."""

    webhook_secrets: dict[str, str]
