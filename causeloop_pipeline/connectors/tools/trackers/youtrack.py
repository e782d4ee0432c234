"""YouTrack issues, queried by their last update and pushed by workflows."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.named_errors import find_error
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Element,
    Every,
    Has,
    Instant,
    Literal,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.ticket_marker import Unmarked
from causeloop_pipeline.model.issue import Identifies

FIELDS = (
    "id,idReadable,summary,description,created,updated,resolved,project(shortName,name),tags(name),"
    "customFields(name,value(name))"
)
ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("summary"), Has("created"))),
    title="summary",
    body="description",
    severity=(
        Element("customFields", key="name", equals="Severity", take="value.name"),
        Element("customFields", key="name", equals="Priority", take="value.name"),
        "priority",
    ),
    status=(
        Choose(Has("resolved"), Literal("resolved")),
        Element("customFields", key="name", equals="State", take="value.name"),
        Element("customFields", key="name", equals="Stage", take="value.name"),
        Literal("open"),
    ),
    service=(
        Element("customFields", key="name", equals="Subsystem", take="value.name"),
        "project.name",
        "project.shortName",
    ),
    error_type=find_error("summary"),
    team=(
        Element("customFields", key="name", equals="Team", take="value.name"),
        Element("customFields", key="name", equals="Assignee", take="value.name"),
    ),
    environment=Tag("tags", "env|environment"),
    external_url=Text("{config.base_url}/issue/{idReadable}"),
    source_created_at=Instant("created", TimeFormat.EPOCH_MILLISECONDS),
    resolved_at=Instant(("resolved", "updated"), TimeFormat.EPOCH_MILLISECONDS),
    attributes={"number": "idReadable", "tags": "tags"},
)
SCHEMA = spec.RecordSchema(
    key="idReadable",
    updated_at=("updated", "created"),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    keep=Unmarked(("description",)),
)

CONNECTOR = spec.Connector(
    name="youtrack",
    title="YouTrack",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://www.jetbrains.com/help/youtrack/devportal/resource-api-issues.html",
    plan="starter",
    base_url="{base_url}",
    credentials=(spec.Field("token", "Permanent token", help="With the scope YouTrack."),),
    config=(
        spec.Field(
            "ticket_project",
            "Project for tickets",
            help="Its short name, such as SHOP.",
            required=False,
            pattern=r"[\w-]+",
        ),
    ),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="issues",
            path="/api/issues",
            params=(("fields", FIELDS),),
            records="",
            pages=spec.OffsetPages(offset_param="$skip", size_param="$top"),
            schema=SCHEMA,
            since=spec.Since(
                field="updated",
                param="query",
                template="updated: {since} .. * sort by: updated asc",
                format="%Y-%m-%dT%H:%M",
                overlap=spec.FARTHEST_ZONE,
                ascending=True,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(spec.WebhookEvent(record="", when=spec.Condition(path="idReadable"), schema=SCHEMA),),
        setup="A workflow script that posts the issue's fields on every change.",
    ),
    issues=(ISSUE,),
    tickets=True,
)
