"""The secrets: a key that is there, and credentials that it opens."""

from collections.abc import Iterator

from causeloop_pipeline.cli.doctor import Finding, ok, wrong
from causeloop_pipeline.settings import MissingSettingError, Settings
from causeloop_pipeline.storage.app.connectors import CREDENTIALS
from causeloop_pipeline.storage.app.vault import SecretError, Vault
from causeloop_pipeline.storage.database.session import Database

SEALED = (
    "select workspace_id, connector_id, display_name, credentials from app.connector order by connector_id"
)


def look_at_secrets(known: Settings, *, database_answers: bool) -> Iterator[Finding]:
    """The installation's key, then every connector's credentials."""
    try:
        vault = Vault.of(known.required("secret_key"))
    except MissingSettingError:
        yield wrong(
            "secret key",
            "not set",
            "start once with `make run`, or set CAUSELOOP_SECRET_KEY (openssl rand -base64 32)",
        )
        return
    except ValueError as error:
        yield wrong("secret key", "not usable", str(error))
        return
    yield ok("secret key", "there")
    if database_answers:
        yield _credentials(vault, Database(known.required("pipeline_database_url")))


def _credentials(vault: Vault, database: Database) -> Finding:
    with database.every_workspace() as session:
        rows = session.rows(SEALED)
    shut = []
    for row in rows:
        try:
            vault.open(row["credentials"], row["workspace_id"], row["connector_id"], CREDENTIALS)
        except SecretError:
            shut.append(row["display_name"])
    if shut:
        told = (
            f"{len(shut)} of {len(rows)} connectors' credentials cannot be decrypted ({', '.join(shut[:3])})"
        )
        return wrong(
            "credentials", told, "put the former CAUSELOOP_SECRET_KEY back, or enter these credentials again"
        )
    return ok("credentials", f"all {len(rows)} connectors' can be decrypted")
