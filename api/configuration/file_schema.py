"""The shape of a configuration file; `causeloop config schema` prints it as a JSON schema."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.alert_rules.schemas import EmailChannel, RuleName, WebhookChannel
from api.connectors.schemas import DisplayName, PollInterval
from api.field_types.texts import Email
from api.slack.schemas import ChannelId
from api.workspaces.schemas import SettingsChange, WorkspaceChange
from causeloop_pipeline.model.prediction import WINDOWS
from causeloop_pipeline.model.slack import SlackMode
from causeloop_pipeline.model.tenancy import RoleName

VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]
ScopeText = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SecretReference(BaseModel):
    """Where a secret is: an environment variable of the command, or a file beside the configuration."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"oneOf": [{"required": ["env"]}, {"required": ["file"]}]}
    )

    env: VariableName | None = Field(None, description="Name of an environment variable")
    file: str | None = Field(
        None, min_length=1, max_length=1_000, description="Path of a file, from the configuration's folder"
    )

    @model_validator(mode="after")
    def check_place(self) -> "SecretReference":
        """Accept exactly one place."""
        if (self.env is None) == (self.file is None):
            raise ValueError("name one place of the secret: env: VARIABLE or file: PATH")
        return self


PredictedWindow = Literal[WINDOWS]  # type: ignore[valid-type]


class ConfiguredSlackChannel(BaseModel):
    """A Slack-compatible incoming webhook, whose address is a secret."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["slack"]
    url: SecretReference


ConfiguredChannel = Annotated[
    WebhookChannel | ConfiguredSlackChannel | EmailChannel, Field(discriminator="type")
]


class ConfiguredConnector(BaseModel):
    """A connector, identified by its name; absent fields keep their values, or get their defaults."""

    model_config = ConfigDict(extra="forbid")

    name: DisplayName
    type: str = Field(description="The type of the tool, such as pagerduty")
    config: dict[str, Any] | None = Field(
        None, description="Address, scope, maps of severities and statuses: what the type's form asks for"
    )
    credentials: dict[str, SecretReference] | None = Field(None, description="Replaces all credentials")
    webhook_secret: SecretReference | None = Field(
        None, description="The secret that the tool signs with; by default one is generated"
    )
    poll_interval_seconds: PollInterval | None = None
    backfill_days: int | None = Field(None, ge=0, le=3_650)
    paused: bool | None = None
    push_only: bool | None = Field(None, description="The tool only pushes: nothing is polled")
    same_site: bool | None = Field(
        None,
        description="True: where its address, account, table or bucket is another one, the tool has moved: "
        "its issues go on; otherwise it is another tool, which is read from the beginning",
    )


class ConfiguredScope(BaseModel):
    """The patterns that a rule applies to; an absent field matches all."""

    model_config = ConfigDict(extra="forbid")

    service: ScopeText | None = None
    team: ScopeText | None = None


class ConfiguredRule(BaseModel):
    """An alert rule, identified by its name; rules of a single pattern are not part of the file."""

    model_config = ConfigDict(extra="forbid")

    name: RuleName
    scope: ConfiguredScope | None = None
    probability_threshold: float | None = Field(None, ge=0, le=1)
    window_days: PredictedWindow | None = None
    channels: list[ConfiguredChannel] = Field(min_length=1, max_length=10)
    enabled: bool | None = None


class ConfiguredSlack(BaseModel):
    """The Slack app through which cards are posted, made in Slack from the manifest."""

    model_config = ConfigDict(extra="forbid")

    bot_token: SecretReference
    signing_secret: SecretReference
    channel_id: ChannelId
    mode: SlackMode | None = None


class ConfiguredMember(BaseModel):
    """A member, identified by e-mail address; people who are not members yet are invited."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    role: RoleName
    suspended: bool | None = None


class Configuration(BaseModel):
    """A workspace's configuration. What the file does not mention stays as it is."""

    model_config = ConfigDict(extra="forbid", title="Causeloop workspace configuration")

    version: Literal[1] = 1
    workspace: WorkspaceChange = WorkspaceChange()
    settings: SettingsChange = SettingsChange()
    connectors: list[ConfiguredConnector] | None = None
    alert_rules: list[ConfiguredRule] | None = None
    slack: ConfiguredSlack | None = None
    members: list[ConfiguredMember] | None = None


MODELS: dict[str, type[BaseModel]] = {
    "": Configuration,
    "workspace": WorkspaceChange,
    "settings": SettingsChange,
    "connectors": ConfiguredConnector,
    "connectors.credentials": SecretReference,
    "connectors.webhook_secret": SecretReference,
    "alert_rules": ConfiguredRule,
    "alert_rules.scope": ConfiguredScope,
    "slack": ConfiguredSlack,
    "slack.bot_token": SecretReference,
    "slack.signing_secret": SecretReference,
    "members": ConfiguredMember,
}
"""The path of a mapping, without list indexes → its keys."""


def build_json_schema() -> dict[str, Any]:
    """The JSON schema of a configuration file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Configuration.model_json_schema()}
