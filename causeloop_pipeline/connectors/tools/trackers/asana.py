"""Asana tasks of chosen projects, listed by their last change; rules push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Element,
    Every,
    Has,
    Is,
    Literal,
    Not,
    SeverityLabel,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.ticket_marker import Unmarked
from causeloop_pipeline.model.issue import Identifies

FIELDS = (
    "name,notes,completed,completed_at,created_at,modified_at,permalink_url,assignee.name,tags.name,"
    "memberships.project.name,memberships.section.name,workspace.name,custom_fields.name,"
    "custom_fields.display_value,custom_fields.enum_value.name"
)
TASK = IssueMapping(
    name="task",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("gid"),
            Has("name"),
            Some(
                (
                    Is("resource_type", ("task",)),
                    Every((Not(Has("resource_type")), Some((Has("completed"), Has("modified_at"))))),
                )
            ),
        )
    ),
    title="name",
    body="notes",
    severity=(
        Element("custom_fields", key="name", equals="Severity", take="display_value"),
        Element("custom_fields", key="name", equals="Priority", take="display_value"),
        Element("custom_fields", key="name", equals="Priority", take="enum_value.name"),
        SeverityLabel("tags"),
    ),
    status=Choose(
        Is("completed", ("true",)),
        Literal("completed"),
        (
            Element("custom_fields", key="name", equals="Status", take="display_value"),
            Choose(Is("completed", ("false",)), Literal("open")),
        ),
    ),
    service=(
        Element("custom_fields", key="name", equals="Service", take="display_value"),
        Tag("tags", "service|component"),
        "memberships.0.project.name",
        "projects.0.name",
    ),
    team=(
        Element("custom_fields", key="name", equals="Team", take="display_value"),
        "workspace.name",
        "assignee.name",
    ),
    environment=Element("custom_fields", key="name", equals="Environment", take="display_value"),
    external_url=("permalink_url", Text("https://app.asana.com/0/0/{gid}")),
    source_created_at="created_at",
    resolved_at=("completed_at", "modified_at"),
    attributes={"section": "memberships.0.section.name", "tags": "tags", "assignee": "assignee.name"},
)
SCHEMA = spec.RecordSchema(key="gid", updated_at=("modified_at", "created_at"), keep=Unmarked(("notes",)))

CONNECTOR = spec.Connector(
    name="asana",
    title="Asana",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developers.asana.com/reference/gettasks",
    plan="free",
    base_url="https://app.asana.com",
    site=(),
    credentials=(spec.Field("token", "Personal access token"),),
    config=(
        spec.Field("projects", "Project IDs", pattern=r"\d+", type="list"),
        spec.Field(
            "ticket_project",
            "Project for tickets",
            help="Its ID; the first of the projects where it is empty.",
            required=False,
            pattern=r"\d+",
        ),
    ),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="tasks",
            path="/api/1.0/tasks",
            params=(("project", "{item}"), ("opt_fields", FIELDS)),
            records="data",
            pages=spec.TokenPages(next_path="next_page.offset", param="offset", size=100, size_param="limit"),
            schema=SCHEMA,
            since=spec.Since(field="modified_at", param="modified_since"),
            for_each="projects",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-hook-signature"), spec.SharedSecret("x-causeloop-token")),
        ignore=(spec.Condition(path="events", values=frozenset({"[]"})),),
        ids_only=(
            spec.IdsOnly(
                when=spec.Condition(path="events.0.resource.gid"),
                reason="Asana's own webhooks hold only the ids of what changed: "
                "poll the projects, or let a rule post the task",
            ),
        ),
        events=(
            spec.WebhookEvent(record="data", when=spec.Condition(path="data.gid"), schema=SCHEMA),
            spec.WebhookEvent(record="task", when=spec.Condition(path="task.gid"), schema=SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="gid"), schema=SCHEMA),
        ),
        setup="A rule or script that posts the changed task as JSON with the header X-Causeloop-Token.",
    ),
    tickets=True,
    issues=(TASK,),
)
