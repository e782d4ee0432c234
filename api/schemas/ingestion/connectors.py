"""Connectors as they are set up and shown; a secret goes in and never comes out."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from api.http.pagination import PageRequest
from causeloop_pipeline.model.tenancy import ConnectorStatus

DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
PollInterval = Annotated[int, Field(ge=60, le=86_400)]
Secret = Annotated[SecretStr, Field(min_length=16, max_length=500)]


class ConnectorField(BaseModel):
    """One thing to fill in."""

    name: str
    title: str
    help: str
    required: bool
    default: Any
    choices: list[str]
    type: str


class ConnectorType(BaseModel):
    """A tool that can be connected, and whether the workspace's plan includes it."""

    type: str
    title: str
    category: str
    docs_url: str
    plan: str
    available: bool
    polls: bool
    webhooks: bool
    webhook_setup: str | None
    tickets: bool
    config: list[ConnectorField]
    credentials: list[ConnectorField]


class ConnectorFilters(PageRequest):
    """What connectors can be narrowed to."""

    type: list[str] | None = None
    status: list[ConnectorStatus] | None = None


class Connector(BaseModel):
    """A configured integration."""

    id: UUID
    type: str
    display_name: str
    status: ConnectorStatus
    status_reason: str | None
    poll_interval_seconds: int
    backfill_days: int
    config: dict[str, Any]
    has_credentials: bool
    has_webhook_secret: bool
    webhook_url: str | None
    next_poll_at: datetime
    last_sync_at: datetime | None
    last_sync_status: str | None
    created_at: datetime
    updated_at: datetime


class CreatedConnector(Connector):
    """A new connector; the webhook secret is shown this once, when we made it."""

    webhook_secret: str | None


class NewConnector(BaseModel):
    """An integration to set up."""

    model_config = ConfigDict(extra="forbid")

    type: str
    display_name: DisplayName
    config: dict[str, Any] = Field(default_factory=dict)
    credentials: dict[str, SecretStr] = Field(default_factory=dict)
    webhook_secret: Secret | None = Field(None, description="The tool's own; empty: we make one")
    poll_interval_seconds: PollInterval = 1_800
    backfill_days: int = Field(90, ge=0, le=3_650)


class ConnectorChange(BaseModel):
    """What changes of a connector; absent fields stay, given credentials replace all."""

    model_config = ConfigDict(extra="forbid")

    display_name: DisplayName | None = None
    config: dict[str, Any] | None = None
    credentials: dict[str, SecretStr] | None = None
    webhook_secret: Secret | None = Field(
        None, description="The one before stays valid until the next change"
    )
    poll_interval_seconds: PollInterval | None = None
    backfill_days: int | None = Field(None, ge=0, le=3_650)


class ConnectionTest(BaseModel):
    """Whether the tool answers with these credentials."""

    ok: bool
    detail: str
    records: int


class SyncRunFilters(PageRequest):
    """Sync runs, newest first."""


class SyncRun(BaseModel):
    """One poll of a connector."""

    id: UUID
    started_at: datetime
    finished_at: datetime | None
    status: str
    pages: int
    rows_read: int
    rows_new: int
    rows_updated: int
    rows_duplicate: int
    rows_quarantined: int
    error: str | None


class SyncAsked(BaseModel):
    """A poll that will happen shortly."""

    connector_id: UUID
    next_poll_at: datetime
