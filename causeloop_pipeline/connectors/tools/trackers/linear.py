"""Linear issues, queried by GraphQL in the order of their last update and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Choose, Every, Has, Is, Literal, Some, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.ticket_marker import Unmarked
from causeloop_pipeline.model.issue import Identifies

QUERY = """
query issues($first: Int, $after: String, $since: DateTimeOrDuration) {
  issues(first: $first, after: $after, orderBy: updatedAt, filter: {updatedAt: {gte: $since}}) {
    nodes {
      id identifier number title description priority url createdAt updatedAt completedAt canceledAt
      state { name type } team { key name } project { name } labels { nodes { name } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("title"), Some((Has("state"), Has("stateId"), Has("priority"))))),
    title="title",
    body="description",
    severity=Text("priority {priority}"),
    status=Choose(Is("action", ("remove",)), Literal("deleted"), ("state.type", "state.name", "stateId")),
    service=(Tag("labels", "service|component"), Tag("labels.nodes", "service|component"), "project.name"),
    error_type=(Tag("labels", "error"), Tag("labels.nodes", "error")),
    team=("team.key", "team.name", "teamId"),
    environment=(Tag("labels", "env|environment"), Tag("labels.nodes", "env|environment")),
    external_url="url",
    source_created_at="createdAt",
    resolved_at=("completedAt", "canceledAt", "updatedAt"),
    attributes={"identifier": "identifier", "number": "number", "labels": ("labels.nodes", "labels")},
)
SCHEMA = spec.RecordSchema(updated_at=("updatedAt", "createdAt"), keep=Unmarked(("description",)))

CONNECTOR = spec.Connector(
    name="linear",
    title="Linear",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://linear.app/developers/graphql",
    plan="free",
    base_url="https://api.linear.app",
    site=(),
    credentials=(
        spec.Field(
            "api_key", "API key", help="A personal key with the scope Read; also Write, to open tickets."
        ),
    ),
    config=(
        spec.Field(
            "ticket_team",
            "Team for tickets",
            help="The letters before its issues' numbers.",
            required=False,
            pattern=r"[A-Za-z0-9]+",
        ),
    ),
    auth=spec.Headers((("Authorization", "{api_key}"),)),
    pulls=(
        spec.Pull(
            name="issues",
            path="/graphql",
            method="POST",
            graphql=QUERY,
            records="data.issues.nodes",
            pages=spec.TokenPages(
                next_path="data.issues.pageInfo.endCursor",
                param="after",
                more_path="data.issues.pageInfo.hasNextPage",
                size=100,
                size_param="first",
            ),
            schema=SCHEMA,
            since=spec.Since(field="updatedAt", param="since"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("linear-signature"),),
        delivery_header="linear-delivery",
        ignore=(
            spec.Condition(
                path="type", values=frozenset({"Comment", "Project", "Reaction", "Cycle", "IssueLabel"})
            ),
        ),
        events=(
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="data.title"),
                schema=SCHEMA,
                add=(("action", "action"), ("url", "url")),
            ),
        ),
        setup="Settings › API › Webhooks: resource type Issues; copy the signing secret.",
    ),
    rate_limit=spec.RateLimit(remaining="x-ratelimit-requests-remaining", reset="x-ratelimit-requests-reset"),
    tickets=True,
    issues=(ISSUE,),
)
