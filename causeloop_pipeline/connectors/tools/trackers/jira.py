"""Jira Cloud issues: searched by JQL on their last update, pushed by signed webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.jira_search import (
    ISSUE_SCHEMA,
    SITE,
    TIMEZONE,
    ask_for_filter,
    poll_issues,
)
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Document,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Match,
    Some,
    Tag,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.ticket_marker import is_unmarked_issue
from causeloop_pipeline.model.issue import Identifies

DELETED_ISSUE = spec.RecordSchema(
    updated_at=("timestamp",),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    keep=is_unmarked_issue,
)

OTHER_EVENTS = frozenset(
    {
        # Beside a comment, an issue is sent without its description and times.
        *("comment_created", "comment_updated", "comment_deleted"),
        *("sprint_created", "sprint_updated", "sprint_started", "sprint_closed", "sprint_deleted"),
        *("board_created", "board_updated", "board_deleted", "board_configuration_changed"),
        *("worklog_created", "worklog_updated", "worklog_deleted", "jira:worklog_updated"),
        *("issuelink_created", "issuelink_deleted", "attachment_created", "attachment_deleted"),
        *("project_created", "project_updated", "project_deleted", "issue_property_set"),
        *("user_created", "user_updated", "user_deleted", "issue_property_deleted"),
        *("jira:version_created", "jira:version_updated", "jira:version_moved", "jira:version_deleted"),
        "jira:version_unreleased",
    }
)


def is_released(version: spec.Record) -> bool:
    """A version that is only planned is not out yet."""
    return version.get("released") is not False


VERSION = spec.RecordSchema(key="release/{id}", updated_at=("releaseDate",), kind="change", keep=is_released)
RELEASE = ChangeMapping(
    name="released version",
    when=Every((Has("name"), Some((Has("releaseDate"), Has("timestamp"))))),
    change_kind=Literal("release"),
    title=("name", "description"),
    service=("project", "projectId"),
    external_url=Concat(
        (Match("self", r"^https?://[^/]+"), Literal("/projects/"), "projectId", Literal("/versions/"), "id")
    ),
    changed_at=(Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS), "releaseDate"),
)
# An automation rule posts the issue in its own format.
AUTOMATED_ISSUE = spec.RecordSchema(
    updated_at=("fields.updated",),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    kind="automation",
    keep=is_unmarked_issue,
)
MEANING = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    title="fields.summary",
    body=Document("fields.description"),
    severity=("fields.priority.name", Match("fields.priority", r"^[^{].*")),
    status=Choose(
        Is("webhookEvent", ("jira:issue_deleted",)),
        Literal("deleted"),
        # Each team names its own statuses; their categories are the same everywhere.
        ("fields.status.statusCategory.key", "fields.status.name"),
    ),
    service=("fields.components.0.name", Tag("fields.labels", "service|component")),
    team=(Tag("fields.labels", "team"), "fields.project.name", "fields.project.key"),
    environment=(
        Match(Document("fields.environment"), r"^(?:.|\n){1,200}"),
        Tag("fields.labels", "env|environment"),
    ),
    external_url=Concat((Match("self", r"^https?://[^/]+"), Literal("/browse/"), "key")),
    source_created_at=("fields.created", Instant("fields.created", TimeFormat.EPOCH_MILLISECONDS)),
    resolved_at=(
        "fields.resolutiondate",
        Instant("fields.resolutiondate", TimeFormat.EPOCH_MILLISECONDS),
    ),
    attributes={
        "key": "key",
        "component": "fields.components.1.name",
        "project": "fields.project.key",
        "labels": "fields.labels",
        "issue_type": "fields.issuetype.name",
        "vendor_status": "fields.status.name",
    },
)

CONNECTOR = spec.Connector(
    name="jira",
    title="Jira",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/",
    plan="free",
    base_url="https://{site}.atlassian.net",
    credentials=(
        spec.Field("email", "Account e-mail"),
        spec.Field("api_token", "API token"),
    ),
    config=(
        SITE,
        ask_for_filter("issuetype is not empty"),
        TIMEZONE,
        spec.Field(
            "ticket_project",
            "Project for tickets",
            help="Its key.",
            required=False,
            pattern=r"[A-Z][A-Z0-9_]+",
        ),
        spec.Field(
            "ticket_type",
            "Type of tickets",
            help="An issue type of it.",
            required=False,
            default="Task",
        ),
    ),
    auth=spec.Basic("{email}", "{api_token}"),
    pulls=(poll_issues("/rest/api/3/search/jql"),),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-hub-signature", prefix="sha256="),),
        delivery_header="x-atlassian-webhook-identifier",
        ignore=(spec.Condition(path="webhookEvent", values=OTHER_EVENTS),),
        events=(
            spec.WebhookEvent(
                record="version",
                when=spec.Condition(path="webhookEvent", values=frozenset({"jira:version_released"})),
                schema=VERSION,
                add=(("timestamp", "timestamp"),),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="releaseDate"), schema=VERSION),
            spec.WebhookEvent(
                record="issue",
                when=spec.Condition(path="webhookEvent", values=frozenset({"jira:issue_deleted"})),
                schema=DELETED_ISSUE,
                add=(("webhookEvent", "webhookEvent"), ("timestamp", "timestamp")),
            ),
            spec.WebhookEvent(record="issue", schema=ISSUE_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="fields.summary"), schema=AUTOMATED_ISSUE),
        ),
        setup="System › Webhooks: events issue created, updated, deleted; set the secret.",
    ),
    tickets=True,
    issues=(MEANING,),
    changes=(RELEASE,),
)
