"""ClickUp tasks of a workspace, listed by their last update and pushed by automations."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Element,
    Every,
    Has,
    Instant,
    SeverityLabel,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

TASK = IssueMapping(
    name="task",
    identifies=Identifies.EVENT,
    when=Every(
        (Has("id"), Has("name"), Has("status"), Some((Has("date_created"), Has("list"), Has("lists"))))
    ),
    title="name",
    body=("text_content", "description"),
    severity=("priority.priority", "priority", SeverityLabel("tags")),
    status=("status.type", "status.status", "status"),
    service=(
        Element("custom_fields", key="name", equals="Service"),
        Tag("tags", "service|component"),
        "list.name",
        "project.name",
    ),
    team=(Tag("tags", "team"), "space.name", "space.id"),
    environment=(Element("custom_fields", key="name", equals="Environment"), Tag("tags", "env|environment")),
    external_url=("url", Text("https://app.clickup.com/t/{id}")),
    source_created_at=Instant("date_created", TimeFormat.EPOCH_MILLISECONDS),
    resolved_at=Instant(("date_closed", "date_done", "date_updated"), TimeFormat.EPOCH_MILLISECONDS),
    attributes={"number": "custom_id", "vendor_status": "status.status", "tags": "tags"},
)
SCHEMA = spec.RecordSchema(
    updated_at=("date_updated", "date_created"), times=spec.TimeFormat.EPOCH_MILLISECONDS
)

CONNECTOR = spec.Connector(
    name="clickup",
    title="ClickUp",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.clickup.com/reference/getfilteredteamtasks",
    plan="free",
    base_url="https://api.clickup.com",
    site=(),
    credentials=(spec.Field("token", "API token"),),
    config=(spec.Field("workspace", "Workspace ID", pattern=r"\d+"),),
    auth=spec.Headers((("Authorization", "{token}"),)),
    pulls=(
        spec.Pull(
            name="tasks",
            path="/api/v2/team/{workspace}/task",
            params=(("include_closed", "true"), ("subtasks", "true"), ("order_by", "updated")),
            records="tasks",
            pages=spec.NumberedPages(size=100, size_param=None, first=0),
            schema=SCHEMA,
            since=spec.Since(
                field="date_updated", param="date_updated_gt", format=spec.TimeFormat.EPOCH_MILLISECONDS
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-signature"), spec.SharedSecret("x-causeloop-token")),
        ids_only=(
            spec.IdsOnly(
                when=spec.Condition(path="history_items"),
                reason="ClickUp's own webhooks hold only the id of the task: "
                "poll the workspace, or let an automation post the task",
            ),
        ),
        events=(
            spec.WebhookEvent(record="payload", when=spec.Condition(path="payload.name"), schema=SCHEMA),
            spec.WebhookEvent(record="task", when=spec.Condition(path="task.name"), schema=SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="name"), schema=SCHEMA),
        ),
        setup="Automations › Call webhook, with the task's fields, on changed tasks.",
    ),
    issues=(TASK,),
)
