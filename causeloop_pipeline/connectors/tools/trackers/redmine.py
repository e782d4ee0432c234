"""Redmine issues, listed by their last update; the webhook plugin pushes them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.named_errors import find_error
from causeloop_pipeline.connectors.mapping.expressions import Element, Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import NO_WISH, Both
from causeloop_pipeline.connectors.ticket_marker import Unmarked
from causeloop_pipeline.model.issue import Identifies

ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("subject"), Some((Has("status"), Has("created_on"))))),
    title="subject",
    body="description",
    severity=(Element("custom_fields", key="name", equals="Severity"), "priority.name"),
    status="status.name",
    service=(Element("custom_fields", key="name", equals="Component"), "category.name", "project.name"),
    error_type=find_error("subject"),
    team=("assigned_to.name", "assignee.firstname", "category.name"),
    environment=Element("custom_fields", key="name", equals="Environment"),
    external_url=("url", Text("{config.base_url}/issues/{id}")),
    source_created_at="created_on",
    resolved_at=("closed_on", "updated_on"),
    attributes={"tracker": "tracker.name", "version": "fixed_version.name"},
)
SCHEMA = spec.RecordSchema(
    updated_at=("updated_on", "created_on"), keep=Both(NO_WISH, Unmarked(("description",)))
)

CONNECTOR = spec.Connector(
    name="redmine",
    title="Redmine",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://www.redmine.org/projects/redmine/wiki/Rest_Issues",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("api_key", "API access key"),),
    config=(
        spec.Field(
            "ticket_project",
            "Project for tickets",
            help="Its identifier, such as shop.",
            required=False,
            pattern=r"[\w-]+",
        ),
    ),
    auth=spec.Headers((("X-Redmine-API-Key", "{api_key}"),)),
    pulls=(
        spec.Pull(
            name="issues",
            path="/issues.json",
            params=(("status_id", "*"), ("sort", "updated_on:asc")),
            records="issues",
            pages=spec.OffsetPages(),
            schema=SCHEMA,
            since=spec.Since(field="updated_on", param="updated_on", template=">={since}", ascending=True),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="payload.issue", schema=SCHEMA, add=(("url", "payload.url"),)),
            spec.WebhookEvent(record="issue", when=spec.Condition(path="issue.subject"), schema=SCHEMA),
        ),
        setup="Plugin “Redmine webhook”: the address with ?token= and the secret.",
    ),
    issues=(ISSUE,),
    tickets=True,
)
