"""Connectors; secrets can be set and are never returned."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool

from api.field_types.numbers import WHOLE
from api.field_types.texts import Trimmed
from api.http.pagination import PageRequest
from causeloop_pipeline.model.tenancy import ConnectorStatus, SyncStatus

DisplayName = Annotated[str, Trimmed(120)]
PollInterval = Annotated[int, Field(ge=60, le=86_400), WHOLE]
BackfillDays = Annotated[int, Field(ge=0, le=3_650), WHOLE]
Secret = Annotated[SecretStr, Field(min_length=16, max_length=500)]
Origins = Annotated[
    list[str],
    Field(
        max_length=20,
        description="The origins that they were entered for; refused where they would go to others",
    ),
]


class ConnectorFilters(PageRequest):
    """Filters of the list of connectors; a repeated filter matches any of its values."""

    type: list[str] | None = None
    status: list[ConnectorStatus] | None = None


class Backfill(BaseModel):
    """How far the past of a connector has been read: all syncs up to the first that succeeded."""

    status: SyncStatus = Field(
        description="Of the latest of these syncs; after failed, the next one continues"
    )
    reads_from: datetime = Field(description="Since when the past is read")
    started_at: datetime
    finished_at: datetime | None = Field(description="When the latest of these syncs that ended did")
    syncs: int
    pages: int
    rows_read: int
    rows_quarantined: int
    oldest_record_at: datetime | None = Field(description="The oldest time of a record that was read so far")
    newest_record_at: datetime | None = Field(description="The newest time of a record that was read so far")


class Rereading(BaseModel):
    """Stored records are read again, newest first: what they mean has changed with a release."""

    started_at: datetime
    read_back_to: datetime | None = Field(description="When the oldest record arrived that was read again")


class CredentialReceiver(BaseModel):
    """One origin, and which credentials it receives or gets signatures of."""

    origin: str
    receives: list[str] = Field(description="Names of credentials; token: one that the tool has issued")


class CredentialReceivers(BaseModel):
    """All origins that a connector's credentials are sent to, and how it authenticates there."""

    authentication: str
    receivers: list[CredentialReceiver]


class Deliveries(BaseModel):
    """What was pushed to a connector within a day."""

    last_at: datetime
    accepted: int
    refused: int
    refused_for: str | None = Field(description="Why the last refused one was")
    records: int
    changed: int = Field(description="Records that were new or updated")
    quarantined: int


class Connector(BaseModel):
    """A configured integration."""

    id: UUID
    type: str
    declaration: str | None = Field(description="The name of the workspace's own declaration that it follows")
    display_name: str
    status: ConnectorStatus
    status_reason: str | None
    poll_interval_seconds: int
    backfill_days: int
    config: dict[str, Any]
    has_credentials: bool
    credential_receivers: CredentialReceivers | None = Field(
        description="For whom the stored credentials were entered; to anybody else nothing is sent"
    )
    has_webhook_secret: bool
    webhook_url: str | None
    next_poll_at: datetime
    push_only: bool = Field(description="The tool only pushes: nothing is polled")
    deliveries: Deliveries | None = Field(description="Null where nothing was pushed within a day")
    no_failures: dict[str, int] = Field(
        description="What came within 90 days, by webhooks within 30, and tells of no failure, by the reason"
    )
    failed_syncs: int = Field(description="Syncs in a row that failed; each doubles the wait for the next")
    source: str = Field(
        description="What its issues have as their source: the type, and a declaration's name"
    )
    site: str = Field(
        description="The tool, of all those of the type, whose ids its records bear: two connectors with one "
        "site update the same issues. Empty: the only one from before there were sites"
    )
    last_sync_at: datetime | None
    last_sync_status: str | None
    backfill: Backfill | None = Field(description="Null before the first sync")
    rereading: Rereading | None = Field(description="Null where every record was read by the present mapping")
    created_at: datetime
    updated_at: datetime


class CreatedConnector(Connector):
    """A new connector; a generated webhook secret is shown only once."""

    webhook_secret: str | None


class NewConnector(BaseModel):
    """A connector to create."""

    model_config = ConfigDict(extra="forbid")

    type: str
    declaration: str | None = Field(None, description="Of type custom_api: the workspace's own declaration")
    display_name: DisplayName
    config: dict[str, Any] = Field(default_factory=dict)
    credentials: dict[str, SecretStr] = Field(default_factory=dict)
    credentials_for: Origins | None = None
    webhook_secret: Secret | None = Field(
        None, description="The secret that the tool signs with; by default one is generated"
    )
    poll_interval_seconds: PollInterval = 1_800
    backfill_days: BackfillDays = 90
    paused: StrictBool = Field(False, description="True: nothing is polled until the connector is resumed")
    push_only: StrictBool = Field(
        False,
        description="True: the tool only pushes. Nothing is polled, and what polling needs may be left out",
    )
    same_site_as: UUID | None = Field(
        None,
        description="Another connector of the type that reads the same tool, so that both update the same "
        "issues; by default the address, account, table or bucket in `config` decides",
    )


class UnsavedConnector(BaseModel):
    """A connector to try; none of it is stored."""

    model_config = ConfigDict(extra="forbid")

    type: str
    declaration: str | None = Field(None, description="Of type custom_api: the workspace's own declaration")
    config: dict[str, Any] = Field(default_factory=dict)
    credentials: dict[str, SecretStr] = Field(default_factory=dict)


class UnsavedConfiguration(BaseModel):
    """A connector's configuration, as far as it is entered."""

    model_config = ConfigDict(extra="forbid")

    type: str
    declaration: str | None = Field(None, description="Of type custom_api: the workspace's own declaration")
    config: dict[str, Any] = Field(default_factory=dict)


class ConnectorChange(BaseModel):
    """Fields to change; absent fields keep their value, `credentials` replace all credentials."""

    model_config = ConfigDict(extra="forbid")

    display_name: DisplayName | None = None
    config: dict[str, Any] | None = None
    credentials: dict[str, SecretStr] | None = None
    credentials_for: Origins | None = None
    webhook_secret: Secret | None = Field(
        None, description="The previous secret stays valid until the next change"
    )
    poll_interval_seconds: PollInterval | None = None
    backfill_days: BackfillDays | None = None
    push_only: StrictBool | None = None
    same_site: StrictBool = Field(
        False,
        description="True: a `config` with another address, account, table or bucket leads to the same tool, "
        "which has moved, and its issues go on. False: it is another tool, which is read from the beginning",
    )


class SampleRecord(BaseModel):
    """What one record of the tool becomes: an issue or a change, in the product's fields."""

    kind: str
    external_id: str | None
    title: str | None
    severity: str | None
    status: str | None
    service: str | None
    created_at: datetime | None


class ConnectionTest(BaseModel):
    """The result of a connection test, with what the first records become, at most three."""

    ok: bool
    detail: str
    records: int
    samples: list[SampleRecord]


class SyncRunFilters(PageRequest):
    """Parameters of the list of sync runs."""


class SyncRun(BaseModel):
    """One poll of a connector, with the rows that it read."""

    id: UUID
    started_at: datetime
    finished_at: datetime | None
    status: SyncStatus
    pages: int
    rows_read: int
    rows_new: int
    rows_updated: int
    rows_duplicate: int
    rows_quarantined: int
    error: str | None


class SyncRequested(BaseModel):
    """A requested poll and its time."""

    connector_id: UUID
    next_poll_at: datetime
