"""Datadog incidents: a list that cannot be filtered, and webhooks from our own payload template."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Has, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping

SITES = ("datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com")
TEMPLATE = (
    '{"incident_uuid": "$INCIDENT_UUID", "public_id": "$INCIDENT_PUBLIC_ID", "title": "$INCIDENT_TITLE", '
    '"severity": "$INCIDENT_SEVERITY", "state": "$INCIDENT_STATUS", "url": "$INCIDENT_URL", "date": "$DATE", '
    '"last_updated": "$LAST_UPDATED", "message": "$INCIDENT_MSG", "tags": "$TAGS"}'
)

INCIDENT = IssueMapping(
    name="incident",
    when=Has("attributes.title"),
    title="attributes.title",
    body="attributes.fields.summary.value",
    severity=("attributes.severity", "attributes.fields.severity.value"),
    status=("attributes.state", "attributes.fields.state.value"),
    service="attributes.fields.services.value.0",
    team="attributes.fields.teams.value.0",
    environment="attributes.fields.env.value.0",
    external_url=Text("https://app.{config.site}/incidents/{attributes.public_id}"),
    source_created_at="attributes.created",
    resolved_at="attributes.resolved",
    attributes={
        "public_id": Text("{attributes.public_id}"),
        "root_cause": "attributes.fields.root_cause.value",
        "customer_impacted": "attributes.customer_impacted",
    },
)
WEBHOOK = IssueMapping(
    name="webhook",
    title="title",
    body="message",
    severity="severity",
    status="state",
    service=Tag("tags", "service"),
    team=Tag("tags", "team"),
    environment=Tag("tags", "env"),
    external_url=("url", Text("https://app.{config.site}/incidents/{public_id}")),
    attributes={"public_id": Text("{public_id}"), "region": Tag("tags", "region")},
)

CONNECTOR = spec.Connector(
    name="datadog",
    title="Datadog Incidents",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.datadoghq.com/api/latest/incidents/#get-a-list-of-incidents",
    plan="starter",
    base_url="https://api.{site}",
    credentials=(
        spec.Field("api_key", "API key"),
        spec.Field("application_key", "Application key"),
    ),
    config=(spec.Field("site", "Site", required=False, default=SITES[0], choices=SITES),),
    auth=spec.Headers((("DD-API-KEY", "{api_key}"), ("DD-APPLICATION-KEY", "{application_key}"))),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/api/v2/incidents",
            records="data",
            pages=spec.OffsetPages(
                size_param="page[size]",
                offset_param="page[offset]",
                next_offset="meta.pagination.next_offset",
            ),
            schema=spec.RecordSchema(updated_at=("attributes.modified",)),
            since=spec.Since(field="attributes.modified", overlap=timedelta(hours=1)),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                schema=spec.RecordSchema(
                    key="incident_uuid",
                    updated_at=("last_updated", "date"),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="event",
                ),
            ),
        ),
        setup=f"Integrations › Webhooks: custom header x-causeloop-token with the secret; payload {TEMPLATE}",
    ),
    issues=(INCIDENT, WEBHOOK),
)
