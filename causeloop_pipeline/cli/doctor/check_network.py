"""Who must be reached from here, and who must reach us: identity provider, webhooks in, messages out."""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from causeloop_pipeline.cli.doctor import Finding, ok, warning, wrong
from causeloop_pipeline.settings import Settings
from causeloop_pipeline.storage.database.session import Database

PATIENCE_SECONDS = 5
KEYS_AGE = "causeloop_identity_keys_age_seconds"

RECEIVERS = """
select count(*) as receivers, (select max(received_at) from raw.webhook_delivery) as last_delivery
from app.connector
where webhook_secrets is not null and status = 'active'
"""

OUTBOX = """
select
    count(*) filter (where given_up_at > now() - interval '7 days') as given_up,
    count(*) filter (where delivered_at is null and given_up_at is null and attempts > 0) as failing,
    count(*) filter (where delivered_at is null and given_up_at is null and attempts = 0
                           and next_try_at < now() - interval '10 minutes') as lying,
    (
        array_agg(error order by next_try_at desc) filter (where delivered_at is null and error is not null)
    )[1] as error,
    (select count(*) from notify.alert_rule where enabled and channels @> '[{"type": "email"}]') as mail_rules
from notify.outbox
"""


def look_at_reach(known: Settings, *, database_answers: bool) -> Iterator[Finding]:
    """Only what can be tried from this machine; each finding says what it cannot tell."""
    yield _sign_in(known)
    if database_answers:
        with Database(known.required("pipeline_database_url")).every_workspace() as session:
            receivers = session.row(RECEIVERS) or {}
            outbox = session.row(OUTBOX) or {}
        yield _webhooks_in(known, receivers)
        yield _messages_out(known, outbox)


def _sign_in(known: Settings) -> Finding:
    if not known.oidc_issuer:
        return ok("sign-in", "by password only: no identity provider is set")
    if not known.oidc_audience:
        return wrong("sign-in", "the issuer is set, the audience is not", "set CAUSELOOP_OIDC_AUDIENCE")
    try:
        keys = _published_keys(known)
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        fix = (
            "see whether CAUSELOOP_OIDC_ISSUER (or CAUSELOOP_OIDC_JWKS_URL) is right and reachable from here"
        )
        return wrong("sign-in", f"the issuer's keys cannot be fetched: {type(error).__name__}", fix)
    if not keys:
        return wrong("sign-in", "the issuer publishes no RSA key", "sign session tokens by RS256")
    return ok("sign-in", f"RSA keys that the issuer publishes: {keys}; {_copy_of_keys(known)}")


def _published_keys(known: Settings) -> int:
    with httpx2.Client(timeout=PATIENCE_SECONDS) as client:
        address = known.oidc_jwks_url
        if not address:
            discovery = f"{str(known.oidc_issuer).rstrip('/')}/.well-known/openid-configuration"
            address = client.get(discovery).raise_for_status().json()["jwks_uri"]
        listed: list[dict[str, Any]] = client.get(address).raise_for_status().json()["keys"]
    return sum(entry.get("kty") == "RSA" and "kid" in entry for entry in listed)


def _copy_of_keys(known: Settings) -> str:
    """How old the running API's copy is, as its metrics tell it."""
    try:
        metrics = httpx2.get(
            f"http://{known.api_host}:{known.api_port}/metrics", timeout=PATIENCE_SECONDS
        ).text
    except httpx2.HTTPError:
        return "the API does not run, so it holds no copy"
    told = next((line.split()[-1] for line in metrics.splitlines() if line.startswith(KEYS_AGE)), "NaN")
    if told == "NaN":
        return "the API has not needed them yet"
    return f"the API's copy is {float(told) / 60:.0f} minutes old"


def _webhooks_in(known: Settings, found: dict[str, Any]) -> Finding:
    about, receivers, last = "webhooks in", found.get("receivers", 0), found.get("last_delivery")
    heard = f", last delivery {_ago(last)}" if last else ""
    if not receivers:
        return ok(about, f"no connector takes them{heard}")
    if _is_loopback(known.public_url):
        fix = "set CAUSELOOP_PUBLIC_URL to the address that the vendors send to"
        return warning(
            about, f"{receivers} connectors take them at {known.public_url}, this machine only{heard}", fix
        )
    try:
        answer = httpx2.get(f"{known.public_url.rstrip('/')}/health", timeout=PATIENCE_SECONDS)
        answered = answer.status_code == 200 and answer.json().get("status") == "ok"
    except (httpx2.HTTPError, ValueError, AttributeError):
        answered = False
    if not answered:
        fix = "see that CAUSELOOP_PUBLIC_URL leads to the running API (proxy, name, certificate)"
        return wrong(about, f"{known.public_url} does not answer as this API{heard}", fix)
    told = f"{known.public_url} answers from here, which is no proof for the vendors' networks{heard}"
    return ok(about, told)


def _messages_out(known: Settings, found: dict[str, Any]) -> Finding:
    about = "messages out"
    if found.get("mail_rules") and known.smtp_url is None:
        return wrong(
            about,
            f"{found['mail_rules']} alert rules send e-mail, no server is set",
            "set CAUSELOOP_SMTP_URL",
        )
    if found.get("lying"):
        fix = "see that the Dagster daemon runs and its sensor due_messages is on"
        return wrong(about, f"{found['lying']} have waited for over 10 minutes and nobody sends them", fix)
    if found.get("failing") or found.get("given_up"):
        told = f"{found['failing']} are being tried again, {found['given_up']} were given up in 7 days"
        return warning(
            about, f"{told}; the last: {found['error']}", "mend the receiver, or change the rule's channel"
        )
    return ok(about, "all that were due have been taken")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ago(moment: datetime) -> str:
    hours = (datetime.now(UTC) - moment).total_seconds() / 3600
    return f"{hours:.0f} hours ago" if hours >= 1 else f"{hours * 60:.0f} minutes ago"
