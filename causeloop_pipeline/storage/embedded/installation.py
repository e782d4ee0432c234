"""Prepares an installation's database: server, roles, schema, and the settings that name them."""

import base64
import json
import secrets
from pathlib import Path

from causeloop_pipeline.settings import (
    SECRETS_OF_PROCESSES,
    external_database_url,
    settings,
    settings_file,
)
from causeloop_pipeline.storage.database import roles
from causeloop_pipeline.storage.database.migrate import migrate
from causeloop_pipeline.storage.embedded.postgres_server import Server, start_server, stop_server

SECRET_KEY_BYTES = 32


def prepare_database(state_dir: Path, bin_dir: Path | None = None) -> Server | None:
    """Start the embedded server unless the environment names another, then migrate the database."""
    server = None if external_database_url() else start_embedded(state_dir, bin_dir)
    settings.cache_clear()
    migrate(settings().require("database_url"))
    return server


def start_embedded(state_dir: Path, bin_dir: Path | None = None) -> Server:
    """Start the embedded server and write the settings by which every process finds it."""
    state_dir.mkdir(parents=True, exist_ok=True)
    server = start_server(state_dir / "postgres", bin_dir)
    previous = _read_settings(state_dir)
    passwords = {role: previous.get(f"{role}_password") or secrets.token_urlsafe(24) for role in roles.ROLES}
    roles.create_roles(server.url(), passwords)
    roles.close_maintenance_databases(server.url())
    values = _make_settings(server, passwords, previous)
    _write_settings(settings_file(state_dir), values)
    for process, secret_names in SECRETS_OF_PROCESSES.items():
        own = {name: value for name, value in values.items() if name in secret_names}
        _write_settings(settings_file(state_dir, process), own)
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
        "secret_key": previous.get("secret_key")
        or base64.b64encode(secrets.token_bytes(SECRET_KEY_BYTES)).decode(),
    }


def _read_settings(state_dir: Path) -> dict[str, str]:
    path = state_dir / "settings.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _write_settings(path: Path, values: dict[str, str]) -> None:
    """Replace the file in one step, so that a killed process never leaves half of it."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(values, indent=2, sort_keys=True))
    draft.replace(path)
