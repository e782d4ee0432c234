"""Datadog incidents: a list that cannot be filtered, and webhooks from our own payload template."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec

SITES = ("datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com")
TEMPLATE = (
    '{"incident_uuid": "$INCIDENT_UUID", "public_id": "$INCIDENT_PUBLIC_ID", "title": "$INCIDENT_TITLE", '
    '"severity": "$INCIDENT_SEVERITY", "state": "$INCIDENT_STATUS", "url": "$INCIDENT_URL", "date": "$DATE", '
    '"last_updated": "$LAST_UPDATED", "message": "$INCIDENT_MSG", "tags": "$TAGS"}'
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
                    times=spec.Times.EPOCH_MILLISECONDS,
                    kind="event",
                ),
            ),
        ),
        setup=f"Integrations › Webhooks: custom header x-causeloop-token with the secret; payload {TEMPLATE}",
    ),
)
