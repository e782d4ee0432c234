"""Every setting of an installation, read in one place.

The environment wins, and an empty variable counts as unset. `settings.json` in the state folder holds what
the embedded PostgreSQL's supervisor chose (ports, generated secrets), so that plain `dagster` and `uvicorn`
commands find it too.

A server that `CAUSELOOP_PROCESS` names gets only the secrets that it needs: `settings.<process>.json` instead
of that file, and no other process's variable.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
BUNDLED = PACKAGE / "bundled"
IS_INSTALLED = BUNDLED.is_dir()
"""Whether this is an installed wheel, which carries the folders that a checkout has at its top."""

DBT_PROJECT_DIR = (BUNDLED if IS_INSTALLED else ROOT) / "dbt_project"
DEPLOY_DIR = (BUNDLED if IS_INSTALLED else ROOT) / "deploy"

PROCESS_VARIABLE = "CAUSELOOP_PROCESS"
DAGSTER_STORAGE_VARIABLE = "CAUSELOOP_DAGSTER_STORAGE_URL"
KEYS = frozenset({"secret_key", "accepted_secret_keys"})
OUTGOING = KEYS | {"egress_proxy", "smtp_url"}
SECRETS_OF_PROCESSES = {
    "api": OUTGOING | {"api_database_url", "api_replica_database_url", "oidc_client_secret", "metrics_token"},
    "pipeline": OUTGOING
    | {"pipeline_database_url", "dbt_database_url", "dagster_database_url"}
    | {"llm_api_key", "operator_channel"},
    "dagster": frozenset({"dagster_database_url"}),
    "metrics": frozenset({"pipeline_database_url", "dagster_database_url"}),
    "demo": KEYS,
}
"""Process → the secrets that it may see. The command line sees all: it migrates and provisions tenants."""


def state_dir() -> Path:
    """The one folder that holds all state of this installation."""
    default = Path.home() / ".local" / "state" / "causeloop" if IS_INSTALLED else ROOT / "var"
    return Path(os.environ.get("CAUSELOOP_STATE_DIR") or default).resolve()


def copy_environment() -> dict[str, str]:
    """A copy of this process's environment, for a program that it starts."""
    return dict(os.environ)


def export_variables(variables: Mapping[str, str]) -> None:
    """Set environment variables for this process and the programs that it starts."""
    os.environ.update(variables)


@contextmanager
def temporary_variables(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables until the block ends."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def process_environment(process: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a server: without the secrets that only other processes need."""
    foreign = list_foreign_variables(process)
    own = {name: value for name, value in environment.items() if name not in foreign}
    return {**own, PROCESS_VARIABLE: process}


def list_foreign_variables(process: str) -> set[str]:
    """The environment variables of secrets that a process must not see."""
    foreign = list_foreign_secrets(process)
    storage = {DAGSTER_STORAGE_VARIABLE} if "dagster_database_url" in foreign else set()
    return {f"CAUSELOOP_{name.upper()}" for name in foreign} | storage


def list_foreign_secrets(process: str) -> set[str]:
    """The secret settings that a process must not see."""
    secret = {name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None}
    return secret - SECRETS_OF_PROCESSES.get(process, frozenset(secret))


def settings_file(folder: Path, process: str = "") -> Path:
    """What the supervisor wrote for a process, or for the command line."""
    return folder / (f"settings.{process}.json" if process else "settings.json")


def external_database_url() -> str | None:
    """The database that the environment names; none: the embedded server is used."""
    return os.environ.get("CAUSELOOP_DATABASE_URL") or None


class Settings(BaseSettings):
    """One attribute a setting; its description is the documentation's table."""

    model_config = SettingsConfigDict(env_prefix="CAUSELOOP_", env_ignore_empty=True, extra="ignore")

    _file_version: tuple[int, int] | None = PrivateAttr(None)

    state_dir: Path = Field(
        default_factory=state_dir,
        description="Folder of all state; by default `var/`, after pip install `~/.local/state/causeloop`.",
    )
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL 15 to 18 as `causeloop_owner`; empty: the embedded server."
    )
    pipeline_database_url: SecretStr | None = Field(
        None, description="The same database as `causeloop_pipeline` (dbt and assets)."
    )
    dbt_database_url: SecretStr | None = Field(
        None, description="The same past a pooler: dbt needs sessions of its own; empty: the URL above."
    )
    api_database_url: SecretStr | None = Field(None, description="The same database as `causeloop_api`.")
    api_replica_database_url: SecretStr | None = Field(
        None, description="A streaming replica as `causeloop_api`, for the API's reads; empty: there is none."
    )
    dagster_database_url: SecretStr | None = Field(None, description="Dagster's, as `causeloop_dagster`.")
    secret_key: SecretStr | None = Field(
        None, description="32 bytes in base64: encrypts credentials at rest and signs cursors and tokens."
    )
    accepted_secret_keys: SecretStr | None = Field(
        None, description="Comma-separated keys that still open what they encrypted (`causeloop key rotate`)."
    )
    postgres_bin_dir: Path | None = Field(
        None, description="Folder of PostgreSQL's binaries for the embedded server; empty: found by itself."
    )
    api_host: str = Field("127.0.0.1", description="Address the API listens on.")
    api_port: int = Field(8080, description="Port of the API and dashboard.")
    api_wait_seconds: float = Field(
        1.5, gt=0, description="Seconds that a request waits for a database connection, before it gets a 503."
    )
    api_lock_seconds: float = Field(
        1.5, gt=0, description="Seconds that a request waits for what another holds, before it gets a 503."
    )
    api_statement_seconds: float = Field(
        15.0, gt=0, description="Seconds that one statement of a request may take, before it gets a 503."
    )
    dagster_host: str = Field("127.0.0.1", description="Address the Dagster webserver listens on.")
    dagster_port: int = Field(3000, description="Port of the Dagster webserver.")
    dagster_hosts: str = Field(
        "", description="Comma-separated host names (with port) of a proxy by which operators reach Dagster."
    )
    demo_port: int = Field(8090, description="Port of the demo's vendor-shaped HTTP endpoints.")
    public_url: str = Field(
        description="How others reach the API; used in links. By default this machine, at the API's port.",
        default_factory=lambda read: f"http://127.0.0.1:{read['api_port']}",
    )
    egress_allow: str = Field(
        "", description="Comma-separated host:port pairs on private addresses that connectors may reach."
    )
    egress_proxy: SecretStr | None = Field(
        None, description="`http://[user:password@]host:port` of a proxy to the internet, for connectors."
    )
    ca_bundle: Path | None = Field(
        None, description="PEM file of certificate authorities to accept besides the machine's."
    )
    drop_folders: str = Field("", description="`workspace id=/folder` pairs that drop folders read.")
    sign_up: bool = Field(False, description="Whether anybody may create an organization of their own.")
    owners_set_plan: bool = Field(
        False, description="Whether owners may choose a higher plan and more seats; else the operator does."
    )
    oidc_issuer: str | None = Field(None, description="OIDC issuer whose session tokens are exchanged.")
    oidc_jwks_url: str | None = Field(None, description="The issuer's JWKS; empty: from its discovery path.")
    oidc_audience: str | None = Field(None, description="Audience that an exchanged token must carry.")
    oidc_client_id: str | None = Field(
        None, description="Client of the browser's sign-in at the issuer; empty: the audience."
    )
    oidc_client_secret: SecretStr | None = Field(
        None, description="That client's secret, where the issuer demands one beside PKCE."
    )
    oidc_authorized_parties: str = Field(
        "", description="Comma-separated `azp` values to accept besides the audience and the public address."
    )
    llm_url: str | None = Field(
        None, description="Base address (`…/v1`) of an OpenAI-compatible model that may phrase triggers."
    )
    llm_model: str = Field("default", description="Model name sent to that endpoint.")
    llm_api_key: SecretStr | None = Field(None, description="Key for that endpoint.")
    semantic_folder: Path | None = Field(
        None, description="Folder of a sentence encoder, for the search by meaning; empty: by words only."
    )
    semantic_sha256: str | None = Field(
        None, description="Digest that pins that folder, as `causeloop semantic check FOLDER` prints it."
    )
    semantic_threads: int = Field(1, ge=1, le=64, description="Threads that the encoder computes with.")
    smtp_url: SecretStr | None = Field(None, description="smtp://user:password@host:port for e-mail alerts.")
    smtp_from: str = Field("causeloop@localhost", description="Sender of e-mail alerts.")
    slack_url: str = Field("https://slack.com", description="Slack; GovSlack: `https://slack-gov.com`.")
    operator_channel: SecretStr | None = Field(
        None, description="Where operators hear of failed runs: `https://…`, `slack+https://…` or `mailto:…`."
    )
    dagster_retention_days: int = Field(30, ge=1, description="Age at which ended runs are deleted.")
    workspace_share: str = Field(
        "1/1", description="Share of the workspaces that this code location works on, such as `2/4`."
    )
    log_level: str = Field("INFO", description="Level of every process's log.")
    log_format: Literal["text", "json"] = Field(
        "text", description="`json`: every line of a log is an object, with the id of its trace."
    )
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token of `/metrics`; empty: `metrics.token` of the state folder."
    )
    metrics_name_tenants: bool = Field(
        False, description="Whether metrics may name workspaces as labels, for lag and backlog of each."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What a caller passes, then the environment, then what the supervisor wrote."""
        process = os.environ.get(PROCESS_VARIABLE, "")
        written = JsonConfigSettingsSource(settings_cls, json_file=settings_file(state_dir(), process))
        return init_settings, env_settings, written

    @model_validator(mode="after")
    def hide_foreign_secrets(self) -> "Settings":
        """Leave out what the process must not see, also where its environment holds it."""
        for name in list_foreign_secrets(os.environ.get(PROCESS_VARIABLE, "")):
            setattr(self, name, None)
        return self

    def require(self, name: str) -> str:
        """A setting that the caller needs, in clear text; raises MissingSettingError where it is unset."""
        value: Any = getattr(self, name)
        process = os.environ.get(PROCESS_VARIABLE, "")
        if value is None and name in list_foreign_secrets(process):
            raise MissingSettingError(f"the process {process} may not see CAUSELOOP_{name.upper()}")
        if value is None:
            raise MissingSettingError(
                f"CAUSELOOP_{name.upper()} is not set and {self.state_dir}/settings.json does not hold it: "
                "run `causeloop up` (embedded database) or set it in the environment"
            )
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

    def require_dbt_url(self) -> str:
        """Where dbt connects as the pipeline's role, with sessions of its own."""
        return self.require("dbt_database_url" if self.dbt_database_url else "pipeline_database_url")


class MissingSettingError(RuntimeError):
    """A setting that this command needs is absent."""


@cache
def settings() -> Settings:
    """The settings of this process."""
    version = _read_file_version(state_dir())
    read = Settings()
    read._file_version = version
    return read


def latest_settings() -> Settings:
    """The settings of this process, read again if the supervisor has replaced their file since."""
    if _read_file_version(settings().state_dir) != settings()._file_version:
        settings.cache_clear()
    return settings()


def is_pipeline_server() -> bool:
    """Whether this process is the code server or one of its runs, and not a command or a test."""
    return os.environ.get(PROCESS_VARIABLE) == "pipeline"


def has_secret_key_in_environment() -> bool:
    """Whether the environment names the installation's key, and not the state folder."""
    return bool(os.environ.get("CAUSELOOP_SECRET_KEY"))


def _read_file_version(folder: Path) -> tuple[int, int] | None:
    try:
        status = settings_file(folder, os.environ.get(PROCESS_VARIABLE, "")).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
