"""Healthchecks.io checks that are down, listed and pushed by webhooks."""

from collections.abc import Callable

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Every,
    Has,
    Is,
    Literal,
    Match,
    Some,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.mapping.spaced_tags import match_tag
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import FiringStart, Identifies

IN_URL = r"/checks/([^/?#]+)"
UNIQUE_KEY, UUID = r"(?P<id>[0-9a-f]{40}.*)", r"(?P<id>[0-9a-f]{8}-.+)"
FIRST_NAME = r"^([^\s:=]+)(?:\s|$)"
ENVIRONMENT = r"(?:^|\s)(prod|production|stage|staging|test|testing|qa|dev|development)(?:\s|$)"

CHECK = IssueMapping(
    name="check",
    identifies=Identifies.CONDITION,
    when=Every(
        (
            Has("name"),
            Has("status"),
            Some(tuple(Has(path) for path in ("unique_key", "ping_url", "uuid", "slug", "code"))),
        )
    ),
    title="name",
    body="desc",
    severity=match_tag("tags", "severity|priority"),
    status="status",
    service=("slug", "name"),
    team=match_tag("tags", "team"),
    environment=(match_tag("tags", "env|environment"), Match("tags", ENVIRONMENT), Match("tags", FIRST_NAME)),
    external_url=Concat(
        (Match("update_url", r"^https?://[^/]+"), Literal("/checks/"), Match("update_url", IN_URL))
    ),
    source_created_at=("last_ping", "next_ping", "now"),
    firing_start=FiringStart.CHANGED,
    resolved_at=("last_ping", "now"),
    attributes={"schedule": "schedule", "tags": "tags"},
)
PUSHED = IssueMapping(
    name="event",
    identifies=Identifies.CONDITION,
    when=Every((Has("incident_key"), Has("event_type"))),
    title=("title", "description"),
    body="description",
    severity=match_tag("tags", "severity|priority"),
    status=Choose(
        Is("event_type", ("resolve",)),
        Literal("up"),
        Choose(Is("event_type", ("trigger",)), Literal("down"), "event_type"),
    ),
    service=("title", "client"),
    environment=match_tag("tags", "env|environment"),
    external_url="client_url",
)

is_failing = Among("status", ("down", "grace"))


def has_unique_key(check: spec.Record) -> bool:
    """Whether a failing check was read with a read-only key, whose answers leave out the check's own id."""
    return is_failing(check) and not check.get("update_url")


def has_update_url(check: spec.Record) -> bool:
    """Whether a failing check was read with a key that may also write."""
    return is_failing(check) and bool(check.get("update_url"))


def poll_checks(name: str, key: str, ids: str, keep: Callable[[spec.Record], bool]) -> spec.Pull:
    """All checks, of which those are kept that fail and that the kind of key names in one way."""
    return spec.Pull(
        name=name,
        path="/api/v3/checks/",
        records="checks",
        pages=spec.OnePage(),
        # One that fails was not pinged lately: it has no time that says when it changed.
        schema=spec.RecordSchema(key=key, key_pattern=IN_URL, updated_at=(), keep=keep),
        refresh=spec.Refresh(path="/api/v3/checks/{id}", record="", ids=ids),
    )


CONNECTOR = spec.Connector(
    name="healthchecks",
    title="Healthchecks.io",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://healthchecks.io/docs/api/",
    plan="free",
    base_url="https://healthchecks.io",
    site=(),
    credentials=(spec.Field("api_key", "API key", help="The project's read-only key, or its other one."),),
    auth=spec.Headers((("X-Api-Key", "{api_key}"),)),
    pulls=(
        poll_checks("checks", "unique_key", UNIQUE_KEY, has_unique_key),
        poll_checks("writable_checks", "update_url", UUID, has_update_url),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incident_key"),
                schema=spec.RecordSchema(key="incident_key", updated_at=(), kind="event"),
            ),
            *(
                spec.WebhookEvent(
                    record=record,
                    when=spec.Condition(path=f"{place}{path}"),
                    schema=spec.RecordSchema(
                        key=path,
                        key_pattern=IN_URL,
                        updated_at=(),
                        kind="event" if path == "code" else "record",
                        keep=is_failing if place else None,
                    ),
                )
                for record, place in (("checks", "checks.0."), ("", ""))
                for path in ("unique_key", "uuid", "update_url", "code")
            ),
        ),
        setup="Integrations › Webhook: POST $JSON, for checks that go down and come up.",
    ),
    issues=(PUSHED, CHECK),
)
