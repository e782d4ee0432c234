"""Okta system log: what failed or was denied, polled by publication time and pushed by event hooks."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Element
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

FILTER = (
    'severity eq "WARN" or severity eq "ERROR" or outcome.result eq "FAILURE" or outcome.result eq "DENY"'
)


def is_failure(event: spec.Record) -> bool:
    """Most of the log is success, which an event hook cannot filter out."""
    result = (event.get("outcome") or {}).get("result")
    return event.get("severity") in {"WARN", "ERROR"} or result in {"FAILURE", "DENY"}


EVENT = spec.RecordSchema(key="uuid", updated_at=("published",), keep=is_failure)

LOG_ENTRY = IssueMapping(
    name="log entry",
    identifies=Identifies.EVENT,
    title=("displayMessage", "eventType"),
    body="outcome.reason",
    severity="severity",
    status="outcome.result",
    service=(Element("target", "type", "AppInstance", "displayName"), "target.0.displayName"),
    error_type="eventType",
    source_created_at="published",
    resolved_at="published",
    attributes={
        "actor": "actor.alternateId",
        "client_ip": "client.ipAddress",
        "region": "client.geographicalContext.country",
        "transaction_id": "transaction.id",
    },
)

CONNECTOR = spec.Connector(
    name="okta",
    title="Okta",
    category=spec.Category.SECURITY,
    docs_url="https://developer.okta.com/docs/reference/api/system-log/",
    plan="starter",
    base_url="https://{org}",
    credentials=(spec.Field("api_token", "API token", help="Of a read-only administrator."),),
    config=(
        spec.Field(
            "org",
            "Okta domain",
            help="acme.okta.com",
            pattern=r"[A-Za-z0-9-]+\.(okta|oktapreview|okta-emea)\.com",
        ),
    ),
    auth=spec.Headers((("Authorization", "SSWS {api_token}"),)),
    headers=(("Accept", "application/json"),),
    pulls=(
        spec.Pull(
            name="log",
            path="/api/v1/logs",
            records="",
            params=(("sortOrder", "ASCENDING"), ("filter", FILTER)),
            pages=spec.LinkPages(size=1000, size_param="limit", ends_on_empty=True),
            schema=EVENT,
            since=spec.Since(
                field="published",
                param="since",
                ascending=True,
                overlap=timedelta(minutes=10),
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("authorization"), spec.OWN_SIGNATURE),
        delivery_path="eventId",
        challenge_header="x-okta-verification-challenge",
        events=(spec.WebhookEvent(record="data.events", schema=EVENT),),
        setup="Workflow › Event Hooks: authentication field Authorization, authentication secret the secret.",
    ),
    issues=(LOG_ENTRY,),
)
