"""Plain threads, queried by GraphQL and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

QUERY = """
query threads($first: Int, $after: String, $since: String) {
  threads(first: $first, after: $after, filters: {updatedAt: {after: $since}}) {
    edges { node {
      id ref title previewText priority status
      tier { name } assignedTo { ... on User { id fullName } } labels { labelType { name } }
      createdAt { iso8601 } updatedAt { iso8601 } statusChangedAt { iso8601 }
    } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
THREAD = IssueMapping(
    name="thread",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("status"), Some((Has("title"), Has("previewText"))))),
    title=("title", "previewText"),
    body=("description", "previewText"),
    severity=Text("priority {priority}"),
    status="status",
    service=("labels.0.labelType.name", "tier.name"),
    team=("assignedTo.fullName", "assignedTo.id", "assignee.fullName"),
    external_url="link",
    source_created_at=("createdAt.iso8601", "createdAt"),
    resolved_at=("statusChangedAt.iso8601", "statusChangedAt", "updatedAt.iso8601", "updatedAt"),
    attributes={"reference": "ref", "labels": "labels"},
)
EDGE = IssueMapping(
    name="listed thread",
    identifies=Identifies.EVENT,
    when=Every((Has("node.id"), Has("node.status"))),
    title=("node.title", "node.previewText"),
    body="node.previewText",
    severity=Text("priority {node.priority}"),
    status="node.status",
    service=("node.labels.0.labelType.name", "node.tier.name"),
    team=("node.assignedTo.fullName", "node.assignedTo.id"),
    source_created_at="node.createdAt.iso8601",
    resolved_at=("node.statusChangedAt.iso8601", "node.updatedAt.iso8601"),
    attributes={"reference": "node.ref", "labels": "node.labels"},
)
SCHEMA = spec.RecordSchema(updated_at=("updatedAt.iso8601", "updatedAt"))

CONNECTOR = spec.Connector(
    name="plain",
    title="Plain",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://www.plain.com/docs/api-reference/graphql/threads/get",
    plan="starter",
    base_url="https://core-api.uk.plain.com",
    site=(),
    credentials=(spec.Field("token", "API key", help="With the permission thread:read."),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="threads",
            path="/graphql/v1",
            method="POST",
            graphql=QUERY,
            records="data.threads.edges",
            pages=spec.TokenPages(
                next_path="data.threads.pageInfo.endCursor",
                param="after",
                more_path="data.threads.pageInfo.hasNextPage",
                size=100,
                size_param="first",
            ),
            schema=spec.RecordSchema(key="node.id", updated_at=("node.updatedAt.iso8601",), kind="edge"),
            since=spec.Since(field="node.updatedAt.iso8601", param="since"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("plain-request-signature"),),
        delivery_path="id",
        events=(spec.WebhookEvent(record="payload.thread", schema=SCHEMA, add=(("event_type", "type"),)),),
        setup="Settings › Webhooks: thread events; enter the secret.",
    ),
    issues=(EDGE, THREAD),
)
