"""MongoDB Atlas alerts and events, listed and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Literal, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("eventTypeName"), Has("status"))),
    title=(
        Text("{clusterName}: {humanReadable}"),
        "humanReadable",
        Text("{eventTypeName} {metricName} on {hostnameAndPort}"),
        Text("{eventTypeName} on {clusterName}"),
        "eventTypeName",
    ),
    body=(Text("{metricName}: {currentValue.number} {currentValue.units}"), "metricName"),
    severity=("severity", "eventTypeName"),
    status="status",
    service=("clusterName", "replicaSetName", "hostnameAndPort", "groupId"),
    error_type="eventTypeName",
    team="groupId",
    external_url=("links.0.href", Text("https://cloud.mongodb.com/v2/{groupId}#/alerts/{id}")),
    source_created_at="created",
    resolved_at=("resolved", "updated"),
    attributes={"metric": "metricName", "host": "hostnameAndPort", "acknowledged_until": "acknowledgedUntil"},
)
EVENT = ChangeMapping(
    name="event",
    when=Every((Has("eventTypeName"), Has("created"))),
    change_kind=Literal("config_change"),
    title="eventTypeName",
    service=("clusterName", "groupId", "orgId"),
    external_url="links.0.href",
    changed_at="created",
)
ALERT_SCHEMA = spec.RecordSchema(updated_at=("updated", "created"), kind="alert")
EVENT_SCHEMA = spec.RecordSchema(key="event/{id}", updated_at=("created",), kind="change")

CONNECTOR = spec.Connector(
    name="mongodb_atlas",
    title="MongoDB Atlas",
    category=spec.Category.DATA,
    docs_url="https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-listalerts",
    plan="growth",
    base_url="https://cloud.mongodb.com",
    site=(),
    credentials=(
        spec.Field("client_id", "Client ID", help="Of a service account with the role Project Read Only."),
        spec.Field("client_secret", "Client secret"),
    ),
    config=(spec.Field("projects", "Project IDs", pattern=r"[0-9a-f]{24}", type="list"),),
    auth=spec.OAuth2(token_url="/api/oauth/token", client_in="header"),
    headers=(("Accept", "application/vnd.atlas.2024-08-05+json"),),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/atlas/v2/groups/{item}/alerts",
            records="results",
            pages=spec.NumberedPages(size=500, size_param="itemsPerPage", page_param="pageNum"),
            schema=ALERT_SCHEMA,
            since=spec.Since(field="updated"),
            for_each="projects",
        ),
        spec.Pull(
            name="events",
            path="/api/atlas/v2/groups/{item}/events",
            records="results",
            pages=spec.NumberedPages(size=500, size_param="itemsPerPage", page_param="pageNum"),
            schema=EVENT_SCHEMA,
            since=spec.Since(field="created", param="minDate", until_param="maxDate"),
            for_each="projects",
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-mms-signature", algorithm="sha1", encoding="base64"),),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="status"), schema=ALERT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="eventTypeName"), schema=EVENT_SCHEMA),
        ),
        setup="Project settings › Integrations › Webhook: the address and a secret; add it to the alerts.",
    ),
    issues=(ALERT,),
    changes=(EVENT,),
)
