"""Healthchecks.io checks that are down, listed and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Is,
    Literal,
    Match,
    Some,
    Tag,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among

CHECK = IssueMapping(
    name="check",
    when=Every(
        (Has("name"), Has("status"), Some((Has("unique_key"), Has("ping_url"), Has("uuid"), Has("slug"))))
    ),
    title="name",
    body="desc",
    severity=Tag("tags", "severity|priority"),
    status="status",
    service=("slug", "name"),
    team=Tag("tags", "team"),
    environment=(Tag("tags", "env|environment"), Match("tags", r"^\S+")),
    source_created_at=("last_ping", "next_ping"),
    resolved_at="last_ping",
    attributes={"schedule": "schedule", "tags": "tags"},
)
PUSHED = IssueMapping(
    name="event",
    when=Every((Has("incident_key"), Has("event_type"))),
    title=("title", "description"),
    body="description",
    severity=Tag("tags", "severity|priority"),
    status=Choose(
        Is("event_type", ("resolve",)),
        Literal("up"),
        Choose(Is("event_type", ("trigger",)), Literal("down"), "event_type"),
    ),
    service=("title", "client"),
    environment=Tag("tags", "env|environment"),
    external_url="client_url",
)

CONNECTOR = spec.Connector(
    name="healthchecks",
    title="Healthchecks.io",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://healthchecks.io/docs/api/",
    plan="free",
    base_url="https://healthchecks.io",
    credentials=(spec.Field("api_key", "API key", help="The read-only key of the project."),),
    auth=spec.Headers((("X-Api-Key", "{api_key}"),)),
    pulls=(
        spec.Pull(
            name="checks",
            path="/api/v3/checks/",
            records="checks",
            pages=spec.OnePage(),
            schema=spec.RecordSchema(
                key="unique_key",
                updated_at=("last_ping",),
                keep=Among("status", ("down", "grace")),
            ),
            since=spec.Since(field="last_ping"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incident_key"),
                schema=spec.RecordSchema(key="incident_key", updated_at=(), kind="event"),
            ),
        ),
        setup="Integrations › Webhook: POST incident_key, event_type, title and description as JSON.",
    ),
    issues=(PUSHED, CHECK),
)
