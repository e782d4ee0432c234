"""Shortcut stories, searched by their last update and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.named_errors import find_error
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Element,
    Every,
    Has,
    Is,
    Literal,
    Match,
    SeverityLabel,
    Some,
    Tag,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

STATUS = Choose(
    Is("archived", ("true",)),
    Literal("closed"),
    Choose(
        Is("completed", ("true",)),
        Literal("completed"),
        Choose(Is("started", ("true",)), Literal("in progress"), Literal("open")),
    ),
)
STORY = IssueMapping(
    name="story",
    identifies=Identifies.EVENT,
    when=Every(
        (Has("id"), Has("name"), Some((Has("story_type"), Has("workflow_state_id"), Has("completed"))))
    ),
    title="name",
    body="description",
    severity=(
        Element("custom_fields", key="name", equals="Severity"),
        Element("custom_fields", key="field_name", equals="Severity"),
        Element("custom_fields", key="name", equals="Priority"),
        SeverityLabel("labels"),
    ),
    status=STATUS,
    service=(
        Tag("labels", "service|component"),
        "project_name",
        Match("labels.0.name", r"^[^:=]+$"),
        "project_id",
    ),
    error_type=find_error("name"),
    team=("group_id", "epic_id"),
    environment=Tag("labels", "env|environment"),
    external_url="app_url",
    source_created_at=("created_at", "started_at", "updated_at"),
    resolved_at=("completed_at", "updated_at"),
    attributes={"type": "story_type", "labels": "labels", "epic": "epic_id"},
)
PUSHED = IssueMapping(
    name="webhook",
    identifies=Identifies.EVENT,
    when=Every((Has("entity_type"), Has("action"), Has("name"))),
    title="name",
    body="description",
    status=Choose(
        Is("changes.completed.new", ("true",)),
        Literal("completed"),
        Choose(
            Is("changes.archived.new", ("true",)),
            Literal("closed"),
            Choose(
                Is("changes.started.new", ("true",)),
                Literal("in progress"),
                Choose(Is("changes.completed.new", ("false",)), Literal("open"), "action"),
            ),
        ),
    ),
    error_type=find_error("name"),
    external_url="app_url",
    source_created_at="changed_at",
    attributes={"type": "story_type"},
)

CONNECTOR = spec.Connector(
    name="shortcut",
    title="Shortcut",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.shortcut.com/api/rest/v3#Search-Stories",
    plan="free",
    base_url="https://api.app.shortcut.com",
    credentials=(spec.Field("token", "API token"),),
    auth=spec.Headers((("Shortcut-Token", "{token}"),)),
    pulls=(
        spec.Pull(
            name="stories",
            path="/api/v3/stories/search",
            method="POST",
            params=(("story_type", "bug"),),
            records="",
            pages=spec.OnePage(),
            schema=spec.RecordSchema(),
            since=spec.Since(field="updated_at", param="updated_at_start", until_param="updated_at_end"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("payload-signature"),),
        delivery_path="id",
        events=(
            spec.WebhookEvent(
                record="actions.*",
                when=spec.Condition(path="actions"),
                schema=spec.RecordSchema(updated_at=("changed_at",), kind="event"),
                add=(("changed_at", "changed_at"),),
            ),
        ),
        setup="Settings › Integrations › Webhooks: the address and a secret.",
    ),
    issues=(PUSHED, STORY),
)
