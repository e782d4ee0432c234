"""Backlog (Nulab) issues, listed by their last update and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.named_errors import find_error
from causeloop_pipeline.connectors.mapping.expressions import Element, Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("summary"), Some((Has("issueKey"), Has("key_id"), Has("created"))))),
    title="summary",
    body="description",
    severity=("priority.name",),
    status=("status.name",),
    service=("category.0.name", "project.name", "projectId"),
    error_type=find_error("summary"),
    team=("category.0.name", "assignee.name"),
    environment=Element("customFields", key="name", equals="Environment", take="value.name"),
    external_url=Text("{config.base_url}/view/{issueKey}"),
    source_created_at=("created", "event_at"),
    resolved_at=("updated", "event_at"),
    attributes={"key": "issueKey", "type": "issueType.name", "due": "dueDate"},
)
SCHEMA = spec.RecordSchema(updated_at=("updated", "created"))

CONNECTOR = spec.Connector(
    name="backlog",
    title="Backlog",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.nulab.com/docs/backlog/api/2/get-issue-list/",
    plan="starter",
    base_url="https://{space}",
    credentials=(spec.Field("api_key", "API key"),),
    config=(spec.Field("space", "Space", help="acme.backlog.com", pattern=spec.HOST),),
    auth=spec.Query((("apiKey", "{api_key}"),)),
    pulls=(
        spec.Pull(
            name="issues",
            path="/api/v2/issues",
            params=(("sort", "updated"), ("order", "asc")),
            records="",
            pages=spec.OffsetPages(size_param="count"),
            schema=SCHEMA,
            since=spec.Since(
                field="updated",
                param="updatedSince",
                format="%Y-%m-%d",
                overlap=spec.FARTHEST_ZONE,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="content",
                when=spec.Condition(path="content.summary"),
                schema=spec.RecordSchema(updated_at=("event_at",)),
                add=(("event_at", "created"), ("project", "project")),
            ),
        ),
        setup="Project settings › Integrations › Webhook: issue events; append ?token= and the secret.",
    ),
    issues=(ISSUE,),
)
