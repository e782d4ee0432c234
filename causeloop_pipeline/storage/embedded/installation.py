"""Prepares an installation's database: server, roles, schema, and their settings."""

import base64
import secrets
from pathlib import Path

from causeloop_pipeline.settings import external_database_url, settings
from causeloop_pipeline.storage.database import roles
from causeloop_pipeline.storage.database.migrate import migrate
from causeloop_pipeline.storage.embedded.postgres_server import Server, start_server, stop_server
from causeloop_pipeline.storage.embedded.settings_files import (
    NEXT_KEY,
    lock_settings,
    read_settings,
    write_settings,
)

SECRET_KEY_BYTES = 32
LASTING = ("accepted_secret_keys", NEXT_KEY)
"""Settings that a rotation of the secret key has written besides the key itself."""


def prepare_database(state_dir: Path, bin_dir: Path | None = None) -> Server | None:
    """Start the embedded server unless the environment names another, then migrate the database."""
    server = None if external_database_url() else start_embedded(state_dir, bin_dir)
    settings.cache_clear()
    migrate(settings().require("database_url"))
    return server


def start_embedded(state_dir: Path, bin_dir: Path | None = None) -> Server:
    """Start the embedded server, and write its connection settings for every process."""
    state_dir.mkdir(parents=True, exist_ok=True)
    server = start_server(state_dir / "postgres", bin_dir)
    with lock_settings(state_dir):
        previous = read_settings(state_dir)
        passwords = {
            role: previous.get(f"{role}_password") or secrets.token_urlsafe(24) for role in roles.ROLES
        }
        roles.create_roles(server.url(), passwords)
        roles.close_maintenance_databases(server.url())
        write_settings(state_dir, _make_settings(server, passwords, previous))
    return server


def stop_embedded(state_dir: Path, bin_dir: Path | None = None) -> None:
    """Stop the embedded server of a state folder."""
    stop_server(state_dir / "postgres", bin_dir)


def _make_settings(server: Server, passwords: dict[str, str], previous: dict[str, str]) -> dict[str, str]:
    def url(role: str, database: str = roles.DATABASE) -> str:
        return server.url(database, role, passwords[role])

    return {
        **{f"{role}_password": password for role, password in passwords.items()},
        "database_url": url(roles.OWNER),
        "pipeline_database_url": url(roles.PIPELINE),
        "api_database_url": url(roles.API),
        "dagster_database_url": url(roles.DAGSTER, roles.DAGSTER_DATABASE),
        "secret_key": previous.get("secret_key") or generate_secret_key(),
        **{name: previous[name] for name in LASTING if name in previous},
    }


def generate_secret_key() -> str:
    """A random master key, as settings hold it."""
    return base64.b64encode(secrets.token_bytes(SECRET_KEY_BYTES)).decode()
