"""Checks the secrets: the key exists and decrypts every connector's credentials."""

from collections.abc import Iterator
from dataclasses import replace

from causeloop_pipeline.cli.doctor import Finding, ok, wrong
from causeloop_pipeline.settings import MissingSettingError, Settings
from causeloop_pipeline.storage.app.connector_credentials import open_credentials
from causeloop_pipeline.storage.app.vault import SecretError, Vault
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.secrets.key_ring import open_vault

SELECT_CREDENTIALS = """
select workspace_id, connector_id, type, display_name, config, credentials, credential_receivers
from app.connector
order by connector_id
"""


def check_secrets(config: Settings, *, has_database: bool) -> Iterator[Finding]:
    """The installation's key, then every connector's credentials."""
    try:
        vault = replace(open_vault(config), reread=None)
    except MissingSettingError:
        yield wrong(
            "secret key",
            "not set",
            "start once with `causeloop up`, or set CAUSELOOP_SECRET_KEY (openssl rand -base64 32)",
        )
        return
    except ValueError as error:
        yield wrong("secret key", "not usable", str(error))
        return
    yield ok("secret key", "set")
    if has_database:
        yield _check_credentials(vault, Database(config.require("pipeline_database_url")))


def _check_credentials(vault: Vault, database: Database) -> Finding:
    with database.every_workspace() as session:
        rows = session.rows(SELECT_CREDENTIALS)
    unreadable = []
    for row in rows:
        try:
            open_credentials(vault, row)
        except SecretError:
            unreadable.append(row["display_name"])
    if unreadable:
        names = ", ".join(unreadable[:3])
        message = f"{len(unreadable)} of {len(rows)} connectors' credentials cannot be decrypted ({names})"
        return wrong(
            "credentials",
            message,
            "restore the previous CAUSELOOP_SECRET_KEY, or enter these credentials again",
        )
    return ok("credentials", f"all {len(rows)} connectors' can be decrypted")
