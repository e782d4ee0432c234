"""Checks the network: the identity provider, inbound webhooks and outbound messages."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from causeloop_pipeline.cli.doctor import Finding, ok, warning, wrong
from causeloop_pipeline.cli.loopback import is_loopback
from causeloop_pipeline.settings import Settings
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.secrets.operator_tokens import read_metrics_token

TIMEOUT_SECONDS = 5
KEYS_AGE = "causeloop_identity_keys_age_seconds"

SELECT_WEBHOOK_CONNECTORS = """
select count(*) as receivers, (select max(received_at) from raw.webhook_delivery) as last_delivery
from app.connector
where webhook_secrets is not null and status = 'active'
"""

SELECT_OUTBOX = """
select
    count(*) filter (where given_up_at > now() - interval '7 days') as given_up,
    count(*) filter (where delivered_at is null and given_up_at is null and attempts > 0) as failing,
    count(*) filter (where delivered_at is null and given_up_at is null and attempts = 0
                           and next_try_at < now() - interval '10 minutes') as unsent,
    (
        array_agg(error order by next_try_at desc) filter (where delivered_at is null and error is not null)
    )[1] as error,
    (select count(*) from notify.alert_rule where enabled and channels @> '[{"type": "email"}]') as mail_rules
from notify.outbox
"""


def check_network(config: Settings, *, has_database: bool) -> Iterator[Finding]:
    """All network checks that can run on this machine."""
    yield _check_sign_in(config)
    if has_database:
        with Database(config.require("pipeline_database_url")).every_workspace() as session:
            receivers = session.row(SELECT_WEBHOOK_CONNECTORS) or {}
            outbox = session.row(SELECT_OUTBOX) or {}
        yield _check_webhooks(config, receivers)
        yield _check_messages(config, outbox)


def _check_sign_in(config: Settings) -> Finding:
    if not config.oidc_issuer:
        return ok("sign-in", "by password only: no identity provider is set")
    if not config.oidc_audience:
        return wrong("sign-in", "the issuer is set, the audience is not", "set CAUSELOOP_OIDC_AUDIENCE")
    try:
        keys = _count_published_keys(config)
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        fix = (
            "check that CAUSELOOP_OIDC_ISSUER (or CAUSELOOP_OIDC_JWKS_URL) is correct and reachable from here"
        )
        return wrong("sign-in", f"the issuer's keys cannot be fetched: {type(error).__name__}", fix)
    if not keys:
        return wrong("sign-in", "the issuer publishes no RSA key", "sign session tokens by RS256")
    return ok("sign-in", f"RSA keys that the issuer publishes: {keys}; {_describe_cached_keys(config)}")


def _count_published_keys(config: Settings) -> int:
    with httpx2.Client(timeout=TIMEOUT_SECONDS) as client:
        address = config.oidc_jwks_url
        if not address:
            discovery = f"{str(config.oidc_issuer).rstrip('/')}/.well-known/openid-configuration"
            address = client.get(discovery).raise_for_status().json()["jwks_uri"]
        listed: list[dict[str, Any]] = client.get(address).raise_for_status().json()["keys"]
    return sum(entry.get("kty") == "RSA" and "kid" in entry for entry in listed)


def _describe_cached_keys(config: Settings) -> str:
    """The age of the keys that the running API has cached, from its metrics."""
    try:
        metrics = httpx2.get(
            f"http://{config.api_host}:{config.api_port}/metrics",
            headers={"Authorization": f"Bearer {read_metrics_token(config)}"},
            timeout=TIMEOUT_SECONDS,
        ).text
    except (httpx2.HTTPError, OSError):
        return "the API does not run, so it has cached no keys"
    age = next((line.split()[-1] for line in metrics.splitlines() if line.startswith(KEYS_AGE)), "NaN")
    if age == "NaN":
        return "the API has not needed them yet"
    return f"the API cached them {float(age) / 60:.0f} minutes ago"


def _check_webhooks(config: Settings, counts: dict[str, Any]) -> Finding:
    about, receivers, last = "webhooks", counts.get("receivers", 0), counts.get("last_delivery")
    last_seen = f", last delivery {_format_age(last)}" if last else ""
    if not receivers:
        return ok(about, f"no connector uses them{last_seen}")
    if is_loopback(urlsplit(config.public_url).hostname):
        fix = "set CAUSELOOP_PUBLIC_URL to the address that vendors send to"
        return warning(
            about,
            f"{receivers} connectors expect them at {config.public_url}, this machine only{last_seen}",
            fix,
        )
    try:
        answer = httpx2.get(f"{config.public_url.rstrip('/')}/health", timeout=TIMEOUT_SECONDS)
        answered = answer.status_code == 200 and answer.json().get("status") == "ok"
    except (httpx2.HTTPError, ValueError, AttributeError):
        answered = False
    if not answered:
        fix = "check that CAUSELOOP_PUBLIC_URL leads to the running API (proxy, name, certificate)"
        return wrong(about, f"{config.public_url} does not respond as this API{last_seen}", fix)
    message = (
        f"{config.public_url} responds from here; whether vendors can reach it was not checked{last_seen}"
    )
    return ok(about, message)


def _check_messages(config: Settings, counts: dict[str, Any]) -> Finding:
    about = "messages"
    if counts.get("mail_rules") and config.smtp_url is None:
        return wrong(
            about,
            f"{counts['mail_rules']} alert rules send e-mail, no server is set",
            "set CAUSELOOP_SMTP_URL",
        )
    if counts.get("unsent"):
        fix = "check that the Dagster daemon is running and that its sensor due_messages is on"
        return wrong(about, f"{counts['unsent']} have waited unsent for over 10 minutes", fix)
    if counts.get("failing") or counts.get("given_up"):
        message = f"{counts['failing']} are being retried, {counts['given_up']} were given up in 7 days"
        return warning(
            about, f"{message}; the last: {counts['error']}", "fix the receiver, or change the rule's channel"
        )
    return ok(about, "all due messages were delivered")


def _format_age(moment: datetime) -> str:
    hours = (datetime.now(UTC) - moment).total_seconds() / 3600
    return f"{hours:.0f} hours ago" if hours >= 1 else f"{hours * 60:.0f} minutes ago"
