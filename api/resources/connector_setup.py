"""Checks and seals what a person enters for a connector, and tries it out."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from api.access.plans import PLANS, includes
from api.auth.authenticate import Caller
from api.http.errors import Problem, broken_rule
from causeloop_pipeline.connectors.configuration import problems
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.connectors import CREDENTIALS, WEBHOOK_SECRETS
from causeloop_pipeline.storage.app.vault import Vault

CURRENT, PREVIOUS = "current", "previous"


def known_type(connector_type: str) -> Connector:
    """The tool of a type, or a problem that names the known ones."""
    if connector_type not in CONNECTORS:
        known = ", ".join(sorted(CONNECTORS))
        raise broken_rule("unknown_connector_type", f"{connector_type!r} is none of {known}", "/type")
    return CONNECTORS[connector_type]


def check_plan(caller: Caller, connector_type: str, existing: int) -> None:
    """Refuse a connector that the workspace's plan does not include."""
    known_type(connector_type)
    if not includes(caller.plan, connector_type):
        needed = CONNECTORS[connector_type].plan
        raise Problem(403, "plan_feature_missing", f"{connector_type} needs the {needed} plan")
    limit = PLANS[caller.plan].connectors
    if limit is not None and existing >= limit:
        raise Problem(403, "plan_limit_reached", f"the {caller.plan} plan holds {limit} connectors")


def check_configuration(
    connector: Connector, config: Mapping[str, Any], credentials: Mapping[str, str]
) -> None:
    """Refuse a configuration that cannot work, naming each field."""
    found = problems(connector, config, credentials)
    if found:
        errors = [
            {"in": "body", "pointer": "/" + problem.field.replace(".", "/"), "detail": problem.message}
            for problem in found
        ]
        detail = "; ".join(f"{problem.field}: {problem.message}" for problem in found)
        raise Problem(422, "validation_failed", detail, errors=errors)


def revealed(credentials: Mapping[str, SecretStr]) -> dict[str, str]:
    """Entered credentials in clear, on their way into the vault."""
    return {name: value.get_secret_value() for name, value in credentials.items()}


def seal_credentials(credentials: Mapping[str, str], caller: Caller, connector_id: UUID) -> bytes | None:
    """Credentials as they are stored."""
    if not credentials:
        return None
    return _vault().seal(credentials, caller.workspace_id, connector_id, CREDENTIALS)


def open_credentials(sealed: bytes | None, caller: Caller, connector_id: UUID) -> dict[str, str]:
    """Stored credentials in clear."""
    return _vault().open(sealed, caller.workspace_id, connector_id, CREDENTIALS)


def new_webhook_secret() -> str:
    """A secret for a tool's webhooks."""
    return secrets.token_urlsafe(32)


def seal_webhook_secret(secret: str, before: bytes | None, caller: Caller, connector_id: UUID) -> bytes:
    """A webhook secret as it is stored; the one before stays valid while the tool is changed over."""
    vault = _vault()
    known = vault.open(before, caller.workspace_id, connector_id, WEBHOOK_SECRETS)
    live = {CURRENT: secret} | ({PREVIOUS: known[CURRENT]} if CURRENT in known else {})
    return vault.seal(live, caller.workspace_id, connector_id, WEBHOOK_SECRETS)


def try_out(
    connector: Connector, config: Mapping[str, Any], credentials: Mapping[str, str]
) -> dict[str, Any]:
    """Ask the tool for its first page; what it says, without keeping anything."""
    from causeloop_pipeline.egress.policy import EgressPolicy
    from causeloop_pipeline.landing.polling.connection_test import test_connection

    policy = EgressPolicy.parse(settings().egress_allow)
    report = test_connection(connector, config, credentials, policy, datetime.now(UTC))
    return {"ok": report.ok, "detail": report.reason, "records": report.sample_count}


def shown(connector: Mapping[str, Any]) -> dict[str, Any]:
    """A connector as it is answered, with the address for its webhooks."""
    takes = CONNECTORS[connector["type"]].webhook if connector["type"] in CONNECTORS else None
    address = f"{settings().public_url.rstrip('/')}/v1/webhooks/inbound/{connector['id']}"
    return {**connector, "webhook_url": address if takes else None}


def _vault() -> Vault:
    return Vault.of(settings().required("secret_key"))
