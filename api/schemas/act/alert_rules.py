"""Alert rules: when somebody wants to be told, and where."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, field_validator

from api.http.pagination import PageRequest
from api.schemas.predict.predictions import known_window

RuleName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Address = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+$"
    ),
]


class Scope(BaseModel):
    """Which patterns a rule watches; an absent field watches all."""

    model_config = ConfigDict(extra="forbid")

    service: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    team: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    pattern_id: UUID | None = None


class WebhookChannel(BaseModel):
    """A program; messages are signed as Standard Webhooks say, with a secret that is shown once."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["webhook"]
    url: HttpUrl


class SlackChannel(BaseModel):
    """A Slack-compatible incoming webhook; its address is a secret and is not shown again."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["slack"]
    url: HttpUrl


class EmailChannel(BaseModel):
    """A mailbox."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["email"]
    to: Address


Channel = Annotated[WebhookChannel | SlackChannel | EmailChannel, Field(discriminator="type")]
Channels = Annotated[list[Channel], Field(min_length=1, max_length=10)]


class NewAlertRule(BaseModel):
    """A rule; an empty threshold is the workspace's."""

    model_config = ConfigDict(extra="forbid")

    name: RuleName
    scope: Scope = Scope()
    probability_threshold: float | None = Field(None, ge=0, le=1)
    window_days: int = 7
    channels: Channels
    enabled: bool = True

    _window = field_validator("window_days")(known_window)


class AlertRuleChange(BaseModel):
    """What changes of a rule; given channels replace all."""

    model_config = ConfigDict(extra="forbid")

    name: RuleName | None = None
    scope: Scope | None = None
    probability_threshold: float | None = Field(None, ge=0, le=1)
    window_days: int | None = None
    channels: Channels | None = None
    enabled: bool | None = None

    _window = field_validator("window_days")(known_window)


class Snooze(BaseModel):
    """Until when a rule stays silent; null: it speaks again."""

    model_config = ConfigDict(extra="forbid")

    until: AwareDatetime | None


class AlertRuleFilters(PageRequest):
    """Alert rules by name."""


class AlertRule(BaseModel):
    """A rule as it is shown: without any secret."""

    id: UUID
    name: str
    scope: dict[str, Any]
    probability_threshold: float
    window_days: int
    channels: list[dict[str, Any]]
    snoozed_until: datetime | None
    enabled: bool
    evaluated_at: datetime | None = Field(
        description="As of when the rule was last evaluated as it stands; null: it is about to be"
    )
    firing: int
    created_by: str
    created_at: datetime


class CreatedAlertRule(AlertRule):
    """A rule with the signing secrets of its webhook channels, by channel number, shown this once."""

    webhook_secrets: dict[str, str]
