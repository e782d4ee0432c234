"""Sets connectors up: checks configuration and plan, encrypts secrets, tests the connection."""

import secrets
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from api.access.caller import Caller
from api.connectors.schemas import ConnectorChange
from api.http.errors import Problem, broken_rule
from causeloop_pipeline.connectors.configuration import find_problems
from causeloop_pipeline.connectors.declared.declaration import CUSTOM_TYPE, DECLARATION
from causeloop_pipeline.connectors.registry import CONNECTORS, is_included
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.receivers import NOBODY, Receivers, find_receivers
from causeloop_pipeline.landing.record_meaning import RecordMeaning
from causeloop_pipeline.model.plans import PLANS
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app import connector_credentials
from causeloop_pipeline.storage.app.connectors import WEBHOOK_SECRETS
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.secrets.key_ring import open_vault

CURRENT, PREVIOUS = "current", "previous"
USED_UP_CREDENTIALS: Mapping[str, Any] = {
    "ok": False,
    "detail": "this tool may replace the refresh token whenever it is used, and a test stores nothing: "
    "store the connector without polling, and test it then",
    "records": 0,
    "samples": [],
}
"""The result of a test that is not run because it would invalidate the entered credentials."""


def find_tool(connector_type: str) -> Connector:
    """The declaration of a connector type; 422 that lists the types where there is no such one."""
    if connector_type not in CONNECTORS:
        types = ", ".join(sorted(CONNECTORS))
        raise broken_rule(
            "unknown_connector_type",
            f"{connector_type!r} is not a connector type: use one of {types}",
            "/type",
        )
    return CONNECTORS[connector_type]


def check_type_included(caller: Caller, connector_type: str) -> None:
    """403 where the workspace's plan does not include connectors of this type."""
    needed = find_tool(connector_type).plan
    if not is_included(caller.plan, connector_type):
        raise Problem(
            403,
            "plan_feature_missing",
            f"{connector_type} connectors need the {needed} plan: upgrade the plan",
        )


def check_plan(caller: Caller, connector_type: str, existing: int) -> None:
    """403 where the workspace's plan does not include another connector of this type."""
    check_type_included(caller, connector_type)
    limit = PLANS[caller.plan].connectors
    if limit is not None and existing >= limit:
        raise Problem(
            403,
            "plan_limit_reached",
            f"the {caller.plan} plan includes {limit} connectors: upgrade the plan or delete a connector",
        )


def check_configuration(
    connector: Connector, config: Mapping[str, Any], credentials: Mapping[str, str]
) -> None:
    """422 with every invalid field of a configuration."""
    invalid_fields = find_problems(connector, config, credentials)
    if invalid_fields:
        errors = [
            {"in": "body", "pointer": "/" + problem.field.replace(".", "/"), "detail": problem.message}
            for problem in invalid_fields
        ]
        detail = "; ".join(f"{problem.field}: {problem.message}" for problem in invalid_fields)
        raise Problem(422, "validation_failed", detail, errors=errors)


def check_pushed_to(connector: Connector, config: Mapping[str, Any], *, push_only: bool) -> bool:
    """Whether nothing of a connector is polled; 422 where it should only be pushed to and cannot be."""
    if push_only and connector.webhook is None:
        detail = f"{connector.title} sends no webhooks: it can only be polled"
        raise broken_rule("validation_failed", detail, "/push_only")
    configured = connector.configure(config) if connector.configure else connector
    return push_only or not configured.is_read


def check_own_config(config: Mapping[str, Any]) -> None:
    """422 where a request contains a declaration itself: only stored ones are used."""
    if DECLARATION in config:
        raise broken_rule(
            "validation_failed",
            "store the declaration with POST /v1/connector-declarations, and name it in `declaration`",
            f"/config/{DECLARATION}",
        )


def follow_declaration(connector_type: str, config: dict[str, Any], document: Any) -> dict[str, Any]:
    """The configuration with the stored declaration that a new connector names."""
    if document is None or connector_type != CUSTOM_TYPE:
        raise broken_rule(
            "no_such_declaration",
            f"there is no such declaration for the type {connector_type}: list them with "
            "GET /v1/connector-declarations, and use the type custom_api",
            "/declaration",
        )
    return {**config, DECLARATION: document}


def reveal_credentials(credentials: Mapping[str, SecretStr]) -> dict[str, str]:
    """Credentials from a request in plain text, to be encrypted."""
    return {name: value.get_secret_value() for name, value in credentials.items()}


def seal_credentials(credentials: Mapping[str, str], connector: Mapping[str, Any]) -> bytes | None:
    """Credentials encrypted for a connector's row and for the origin in its configuration."""
    if not credentials:
        return None
    return connector_credentials.seal_credentials(open_vault(), credentials, connector)


def bind_credentials(credentials: Mapping[str, str], connector: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of credentials: sealed, and those who receive them by a connector's configuration."""
    receivers = connector_credentials.find_stored_receivers(connector)
    return {
        "credentials": seal_credentials(credentials, connector),
        connector_credentials.RECEIVERS: receivers,
    }


def preview_receivers(tool: Connector, config: Mapping[str, Any]) -> Receivers:
    """Who would receive the credentials; nobody as long as the configuration is not complete."""
    problems = [problem for problem in find_problems(tool, config, {}) if problem.field.startswith("config")]
    return NOBODY if problems else find_receivers(tool, config)


def check_expected_receivers(
    tool: Connector, config: Mapping[str, Any], expected: Collection[str] | None
) -> None:
    """422 where credentials would go elsewhere than the person who entered them was shown."""
    origins = find_receivers(tool, config).origins
    if expected is not None and origins != frozenset(expected):
        listed = ", ".join(sorted(origins)) or "nobody"
        raise broken_rule(
            "credentials_required",
            f"these credentials would be sent to {listed}: confirm that, and send them again",
            "/credentials_for",
        )


def open_credentials(connector: Mapping[str, Any]) -> dict[str, str]:
    """A connector's stored credentials in plain text."""
    return connector_credentials.open_credentials(open_vault(), connector)


def carry_credentials(stored: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, str]:
    """The stored credentials for another configuration; 422 where it sends them to others than before."""
    if not stored["credentials"]:
        return {}
    bound = stored[connector_credentials.RECEIVERS]
    changed = {**stored, "config": config}
    try:
        connector_credentials.require_same_receivers(
            bound or connector_credentials.find_stored_receivers(stored),
            connector_credentials.find_stored_receivers(changed),
        )
    except connector_credentials.OtherReceiversError as error:
        raise broken_rule("credentials_required", str(error), "/credentials") from None
    # What an earlier version has sealed is bound to the address of its own configuration.
    return open_credentials(changed if bound else stored)


def generate_webhook_secret() -> str:
    """A random webhook secret; Sentry's SDKs take no DSN whose key holds more than letters and digits."""
    return secrets.token_hex(32)


def describe_unreadable(error: SecretError) -> dict[str, Any]:
    """The result of a test whose credentials cannot be read."""
    detail = "the stored credentials cannot be decrypted with this installation's key: enter them again"
    if isinstance(error, connector_credentials.OtherReceiversError):
        detail = str(error)
    return {"ok": False, "detail": detail, "records": 0, "samples": []}


def seal_webhook_secret(secret: str, stored: bytes | None, caller: Caller, connector_id: UUID) -> bytes:
    """An encrypted webhook secret; the previous one stays valid until the next change."""
    vault = open_vault()
    try:
        secrets_before = vault.open(stored, caller.workspace_id, connector_id, WEBHOOK_SECRETS)
    except SecretError:
        secrets_before = {}  # a new secret repairs one that cannot be read
    valid_secrets = {CURRENT: secret}
    if CURRENT in secrets_before:
        valid_secrets[PREVIOUS] = secrets_before[CURRENT]
    return vault.seal(valid_secrets, caller.workspace_id, connector_id, WEBHOOK_SECRETS)


def run_connection_test(
    connector: Connector, config: Mapping[str, Any], credentials: Mapping[str, str], workspace_id: UUID
) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Request the first page from the tool; returns the result, and credentials that the tool replaced."""
    from causeloop_pipeline.egress.policy import EgressPolicy
    from causeloop_pipeline.landing.polling.connection_test import test_connection
    from causeloop_pipeline.landing.polling.files.drop_folders import find_drop_folder

    policy = EgressPolicy.parse(read_allowed(settings()))
    folder = find_drop_folder(settings().drop_folders, workspace_id)
    report = test_connection(connector, config, credentials, policy, datetime.now(UTC), folder)
    samples = [describe_sample(meaning) for meaning in report.samples]
    result = {"ok": report.ok, "detail": report.reason, "records": report.sample_count, "samples": samples}
    return result, report.replaced


def describe_sample(meaning: RecordMeaning) -> dict[str, Any]:
    """What one record becomes, in the few fields that show whether it was read correctly."""
    fields = meaning.fields
    return {
        "kind": meaning.kind,
        "created_at": fields.get("source_created_at") or fields.get("changed_at"),
        **{name: fields.get(name) for name in ("external_id", "title", "severity", "status", "service")},
    }


def add_webhook_url(connector: Mapping[str, Any]) -> dict[str, Any]:
    """A connector with the address for its webhooks; null where its tool, or its declaration, has none."""
    tool = CONNECTORS.get(connector["type"])
    is_declared_without = connector["declaration"] is not None and not connector["has_webhook_secret"]
    has_webhook = tool is not None and tool.webhook is not None and not is_declared_without
    address = f"{settings().public_url.rstrip('/')}/v1/webhooks/inbound/{connector['id']}"
    return {**connector, "webhook_url": address if has_webhook else None}


def _stays_push_only(stored: Mapping[str, Any], change: ConnectorChange) -> bool:
    return bool(stored["is_push_only"] if change.push_only is None else change.push_only)


def build_changed_row(caller: Caller, stored: Mapping[str, Any], change: ConnectorChange) -> dict[str, Any]:
    """The columns to set; the configuration that results is checked as a whole."""
    row = change.model_dump(exclude={"credentials", "credentials_for", "webhook_secret", "same_site"})
    tool, config = find_tool(stored["type"]), stored["config"]
    if change.config is not None:
        check_own_config(change.config)
        document = {name: value for name, value in config.items() if name == DECLARATION}
        config = row["config"] = change.config | document
    if change.credentials is not None:
        credentials = reveal_credentials(change.credentials)
        check_configuration(tool, config, credentials)
        check_expected_receivers(tool, config, change.credentials_for)
        row |= bind_credentials(credentials, {**stored, "config": config})
    elif change.config is not None:
        credentials = carry_credentials(stored, config)
        if not _stays_push_only(stored, change):
            check_configuration(tool, config, credentials)
        row |= bind_credentials(credentials, {**stored, "config": config}) if credentials else {}
    if change.webhook_secret is not None:
        secret, before = change.webhook_secret.get_secret_value(), stored["webhook_secrets"]
        row["webhook_secrets"] = seal_webhook_secret(secret, before, caller, stored["connector_id"])
    return row
