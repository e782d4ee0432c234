"""Monte Carlo alerts, queried by GraphQL and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

QUERY = """
query alerts($first: Int, $after: String, $since: DateTime) {
  getAlerts(first: $first, after: $after, updatedTime: {after: $since}) {
    edges { node {
      id title description severity status type owner { email } createdTime updatedTime
      tables { mcon fullTableId }
    } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
EDGE = IssueMapping(
    name="listed alert",
    identifies=Identifies.EVENT,
    when=Every((Has("node.id"), Some((Has("node.title"), Has("node.status"))))),
    title=("node.title", Text("{node.type} {node.id}")),
    body="node.description",
    severity="node.severity",
    status="node.status",
    service=("node.tables.0.fullTableId", "node.tables.0.mcon"),
    error_type="node.type",
    team=("node.owner.email", "node.owner"),
    external_url=("node.url", Text("https://getmontecarlo.com/alerts/{node.id}")),
    source_created_at="node.createdTime",
    resolved_at=("node.updatedTime", "node.lastUpdatedTime"),
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Some((Has("incident_id"), Has("alert_id"), Has("payload.incident_id"), Has("payload.alert_id"))),
    title=("payload.title", "title", "payload.event_type", "event_type", "type"),
    body=("payload.description", "description"),
    severity=("payload.severity", "severity", "payload.declared_alert_severity", "declared_alert_severity"),
    status=(
        "payload.status",
        "status",
        "payload.feedback",
        "payload.alert_status",
        "payload.alert_feedback",
        "alert_feedback",
    ),
    service=(
        "payload.tables.0.full_table_id",
        "payload.full_table_id",
        "payload.event_list.0.full_table_id",
        "payload.event_list.0.table",
        "payload.dataset",
    ),
    error_type=("payload.event_type", "payload.alert_type", "type"),
    team=("payload.owner", "payload.domains.0"),
    external_url=(
        "payload.url",
        "payload.incident_url",
        "payload.alert_url",
        "url",
        Text("https://getmontecarlo.com/alerts/{payload.incident_id}"),
    ),
    source_created_at=(
        "payload.created_time",
        "payload.event_created_time",
        "payload.event_generated_time",
        "event_generated_time",
        "payload.alert_created_time",
        "payload.timestamp",
        "payload.event_list.0.timestamp",
    ),
)

CONNECTOR = spec.Connector(
    name="monte_carlo",
    title="Monte Carlo",
    category=spec.Category.DATA,
    docs_url="https://docs.getmontecarlo.com/docs/using-the-api",
    plan="growth",
    base_url="https://api.getmontecarlo.com",
    site=(),
    credentials=(spec.Field("key_id", "Key ID"), spec.Field("key_token", "Key token")),
    auth=spec.Headers((("x-mcd-id", "{key_id}"), ("x-mcd-token", "{key_token}"))),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/graphql",
            method="POST",
            graphql=QUERY,
            records="data.getAlerts.edges",
            pages=spec.TokenPages(
                next_path="data.getAlerts.pageInfo.endCursor",
                param="after",
                more_path="data.getAlerts.pageInfo.hasNextPage",
                size=500,
                size_param="first",
            ),
            schema=spec.RecordSchema(
                key="node.id", updated_at=("node.updatedTime", "node.createdTime"), kind="edge"
            ),
            since=spec.Since(field="node.updatedTime", param="since"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-mcd-signature", algorithm="sha512"),),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="payload.alert_id"),
                schema=spec.RecordSchema(key="payload.alert_id", updated_at=(), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="payload.incident_id"),
                schema=spec.RecordSchema(key="payload.incident_id", updated_at=(), kind="event"),
            ),
        ),
        setup="Settings › Notifications: a webhook for all alerts; enter the secret.",
    ),
    issues=(EDGE, ALERT),
)
