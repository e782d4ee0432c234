"""Every setting of an installation, read in one place.

The environment wins, and an empty variable counts as unset. `settings.json` in the state folder holds what
the embedded PostgreSQL's supervisor chose (ports, generated secrets), so that plain `dagster` and `uvicorn`
commands find it too.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
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


def external_database_url() -> str | None:
    """The database that the environment names; none: the embedded server is used."""
    return os.environ.get("CAUSELOOP_DATABASE_URL") or None


class Settings(BaseSettings):
    """One attribute a setting; its description is the README's table."""

    model_config = SettingsConfigDict(env_prefix="CAUSELOOP_", env_ignore_empty=True, extra="ignore")

    state_dir: Path = Field(
        default_factory=state_dir,
        description="Folder of all state; by default `var/`, after pip install `~/.local/state/causeloop`.",
    )
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL ≥ 18 as `causeloop_owner`; empty: the embedded server."
    )
    pipeline_database_url: SecretStr | None = Field(
        None, description="The same database as `causeloop_pipeline` (dbt and assets)."
    )
    api_database_url: SecretStr | None = Field(None, description="The same database as `causeloop_api`.")
    dagster_database_url: SecretStr | None = Field(
        None, description="Dagster's own database, as `causeloop_dagster`."
    )
    secret_key: SecretStr | None = Field(
        None, description="32 bytes in base64: encrypts credentials at rest and signs cursors and tokens."
    )
    postgres_bin_dir: Path | None = Field(
        None, description="Folder of PostgreSQL's binaries for the embedded server; empty: found by itself."
    )
    api_host: str = Field("127.0.0.1", description="Address the API listens on.")
    api_port: int = Field(8080, description="Port of the API and dashboard.")
    dagster_port: int = Field(3000, description="Port of the Dagster webserver, always on loopback.")
    dagster_hosts: str = Field(
        "",
        description="Comma-separated host names (with port) of a proxy by which operators reach Dagster.",
    )
    demo_port: int = Field(8090, description="Port of the demo's vendor-shaped HTTP endpoints.")
    public_url: str = Field("http://127.0.0.1:8080", description="How others reach the API; used in links.")
    egress_allow: str = Field(
        "",
        description="Comma-separated host:port pairs on private addresses that connectors may still reach.",
    )
    sign_up: bool = Field(False, description="Whether anybody may create an organization of their own.")
    oidc_issuer: str | None = Field(None, description="OIDC issuer whose session tokens are exchanged.")
    oidc_jwks_url: str | None = Field(None, description="The issuer's JWKS; empty: from its discovery path.")
    oidc_audience: str | None = Field(None, description="Audience that an exchanged token must carry.")
    oidc_authorized_parties: str = Field(
        "",
        description="Comma-separated `azp` values to accept besides the audience and the public address.",
    )
    llm_url: str | None = Field(
        None,
        description="Base address (`…/v1`) of an OpenAI-compatible model that may phrase likely triggers.",
    )
    llm_model: str = Field("default", description="Model name sent to that endpoint.")
    llm_api_key: SecretStr | None = Field(None, description="Key for that endpoint.")
    smtp_url: SecretStr | None = Field(None, description="smtp://user:password@host:port for e-mail alerts.")
    smtp_from: str = Field("causeloop@localhost", description="Sender of e-mail alerts.")
    operator_channel: SecretStr | None = Field(
        None,
        description="Where operators are notified of failed runs: a webhook's `https://…`, `slack+https://…` "
        "(a Slack-compatible address) or `mailto:…`.",
    )
    dagster_retention_days: int = Field(
        30, ge=1, description="Age at which finished Dagster runs are deleted."
    )
    log_level: str = Field("INFO", description="Level of every process's log.")

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
        written = JsonConfigSettingsSource(settings_cls, json_file=state_dir() / "settings.json")
        return init_settings, env_settings, written

    def require(self, name: str) -> str:
        """A setting that the caller needs, in clear text; raises MissingSettingError where it is unset."""
        value: Any = getattr(self, name)
        if value is None:
            raise MissingSettingError(
                f"CAUSELOOP_{name.upper()} is not set and {self.state_dir}/settings.json does not hold it: "
                "run `causeloop up` (embedded database) or set it in the environment"
            )
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


class MissingSettingError(RuntimeError):
    """A setting that this command needs is absent."""


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
