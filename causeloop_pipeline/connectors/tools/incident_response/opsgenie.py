"""Opsgenie alerts and incidents, polled in the order of their last update; alerts pushed by webhooks."""

from dataclasses import replace

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Different,
    Element,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Match,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

STATUS_ACTIONS = ("Create", "Acknowledge", "UnAcknowledge", "Close", "Delete", "Snooze", "SnoozeEnded")
RECORD = IssueMapping(
    name="alert or incident",
    identifies=Identifies.EVENT,
    when=Every((Has("message"), Has("createdAt"), Has("status"))),
    title="message",
    body=Different("description", than="message"),
    severity="priority",
    status=Choose(
        Every((Is("status", ("open",)), Is("acknowledged", ("true",)))), Literal("acknowledged"), "status"
    ),
    service=("details.service", "extraProperties.service", Tag("tags", "service|svc"), "impactedServices.0"),
    error_type=("details.error_type", "details.errorType"),
    team=(
        "ownerTeam.name",
        "ownerTeam",
        "team",
        "teams.0.name",
        Match("teams.0", r"^[^{].*"),
        Element("responders", key="type", equals="team", take="name"),
        Tag("tags", "team"),
    ),
    environment=(
        "details.environment",
        "details.env",
        "extraProperties.environment",
        Tag("tags", "env|environment"),
    ),
    external_url=("links.web", "details.url", Text("https://app.opsgenie.com/alert/detail/{id}/details")),
    source_created_at=("createdAt", Instant("createdAt", TimeFormat.EPOCH_MILLISECONDS)),
    resolved_at=("impactEndDate", "closedAt", "updatedAt"),
    attributes={
        "number": "tinyId",
        "alias": "alias",
        "tags": "tags",
        "entity": "entity",
        "origin": "source",
        "integration": ("integration.name", "integration_name"),
    },
)
PUSHED = replace(
    RECORD,
    name="webhook",
    when=Every((Has("message"), Has("action"))),
    status=Choose(Is("action", STATUS_ACTIONS), "action"),
    external_url=Text("https://app.opsgenie.com/alert/detail/{alertId}/details"),
    source_created_at=Instant("createdAt", TimeFormat.EPOCH_MILLISECONDS),
    resolved_at=Instant("updatedAt", TimeFormat.EPOCH_NANOSECONDS),
)
SENT_ALERT = replace(
    RECORD,
    name="alert sent to Opsgenie",
    identifies=Identifies.CONDITION,
    when=Every((Has("message"), Some((Has("alias"), Has("entity"), Has("priority"))))),
    status=None,
    external_url="details.url",
    source_created_at=None,
    resolved_at=None,
)
SINCE = spec.Since(
    field="updatedAt",
    param="query",
    template="updatedAt>={since}",
    format=spec.TimeFormat.EPOCH_MILLISECONDS,
    ascending=True,
    restart_after=19_900,  # offset + limit may not pass 20,000
)
SCHEMA = spec.RecordSchema(updated_at=("updatedAt", "createdAt"))
# The webhook's updatedAt is in nanoseconds, and an update has only some fields.
ADDED = (("action", "action"), ("integration_name", "integrationName"))

CONNECTOR = spec.Connector(
    name="opsgenie",
    title="Opsgenie",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.opsgenie.com/docs/alert-api",
    plan="free",
    base_url="https://api.opsgenie.com",
    site=(),
    credentials=(spec.Field("api_key", "API key", help="Of an API integration with read access."),),
    auth=spec.Headers((("Authorization", "GenieKey {api_key}"),)),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/v2/alerts",
            params=(("sort", "updatedAt"), ("order", "asc")),
            records="data",
            pages=spec.OffsetPages(),
            schema=SCHEMA,
            since=SINCE,
        ),
        spec.Pull(
            name="incidents",
            path="/v1/incidents",
            params=(("sort", "updatedAt"), ("order", "asc")),
            records="data",
            pages=spec.OffsetPages(),
            schema=SCHEMA,
            since=SINCE,
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="alert",
                schema=spec.RecordSchema(key="alertId", updated_at=(), kind="event"),
                add=ADDED,
            ),
            spec.WebhookEvent(
                record="incident",
                schema=spec.RecordSchema(key="incidentId", updated_at=(), kind="event"),
                add=ADDED,
            ),
            # What monitoring tools send to create an alert, where they send it here as well.
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alias"),
                schema=spec.RecordSchema(
                    key="alias/{alias}", updated_at=(), kind="sent_alert", unless="createdAt"
                ),
            ),
        ),
        setup=(
            "Settings › Integrations › Webhook: enter the address, add the alert description and details to "
            "the payload, and the custom header X-Causeloop-Token with the secret."
        ),
    ),
    rate_limit=spec.RateLimit(reset="x-ratelimit-period-in-sec"),
    issues=(PUSHED, RECORD, SENT_ALERT),
)
