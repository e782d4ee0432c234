"""BugSnag errors and releases, and its webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Different,
    Every,
    Has,
    Join,
    Literal,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import Counted, Once
from causeloop_pipeline.model.issue import Identifies

LISTED = IssueMapping(
    name="error",
    identifies=Identifies.GROUP,
    when=Every((Has("error_class"), Some((Has("status"), Has("last_seen"))))),
    title=(Text("{error_class}: {message}"), "error_class"),
    body=Different(("message", "context"), than="error_class"),
    severity=("overridden_severity", "severity", "original_severity"),
    status="status",
    service=("project_name", "project.name", "project_id"),
    error_type="error_class",
    team=("assigned_team_id", "assigned_collaborator_id"),
    environment="release_stages.0",
    external_url=("dashboard_url", "url"),
    source_created_at=("first_seen", "first_seen_unfiltered"),
    resolved_at=("last_seen", "last_seen_unfiltered"),
    occurrences=Counted(count="events", last_at=("last_seen", "last_seen_unfiltered")),
    attributes={"context": "context", "events": "events", "users": "users"},
)
OCCURRED = IssueMapping(
    name="event of an error",
    identifies=Identifies.GROUP,
    when=Every((Has("error_id"), Has("exceptions"))),
    title=(
        Text("{exceptions.0.error_class}: {exceptions.0.message}"),
        Text("{exceptions.0.errorClass}: {exceptions.0.message}"),
        "exceptions.0.error_class",
        "exceptions.0.errorClass",
    ),
    body="context",
    severity="severity",
    status=Literal("open"),
    service=("project_name", "project_id", "app.id"),
    error_type=("exceptions.0.error_class", "exceptions.0.errorClass"),
    environment=("app.release_stage", "app.releaseStage"),
    external_url=("html_url", "url"),
    source_created_at="received_at",
    occurrences=Once(at="received_at"),
    attributes={"unhandled": "unhandled", "version": "app.version"},
)
PUSHED = IssueMapping(
    name="webhook",
    identifies=Identifies.GROUP,
    when=Every((Has("error.exceptionClass"), Has("trigger"))),
    title=(Concat(("error.exceptionClass", Literal(": "), "error.message")), "error.exceptionClass"),
    body=("error.message", "trigger.message"),
    severity="error.severity",
    status=("error.status", "trigger.stateChange", Literal("open")),
    service=("project.name", "project.id"),
    error_type="error.exceptionClass",
    team="error.assignedCollaborator.name",
    environment=("error.app.releaseStage", "error.releaseStage"),
    external_url="error.url",
    source_created_at=("error.firstReceived", "error.receivedAt"),
    resolved_at=("error.receivedAt",),
    occurrences=Once(at="error.receivedAt"),
    attributes={
        "context": "error.context",
        "version": "error.app.version",
        "trigger": "trigger.type",
        "unhandled": "error.unhandled",
    },
)
RELEASE = ChangeMapping(
    name="release",
    when=Some((Has("release.version"), Has("app_version"))),
    change_kind=Literal("release"),
    title=Join((("project.name", "project_name"), ("release.version", "app_version")), " "),
    service=("project.name", "project_name"),
    environment=("release.releaseStage.name", "release.releaseStage", "release_stage.name", "release_stage"),
    external_url=("release.url", "project.url"),
    changed_at=("release.releaseTime", "release_time"),
)
ERROR_SCHEMA = spec.RecordSchema(updated_at=())

CONNECTOR = spec.Connector(
    name="bugsnag",
    title="BugSnag",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://bugsnagapiv2.docs.apiary.io/#reference/errors/errors/list-the-errors-on-a-project",
    plan="free",
    base_url="https://api.bugsnag.com",
    site=(),
    credentials=(spec.Field("token", "Personal auth token"),),
    config=(spec.Field("projects", "Project IDs", pattern=r"[0-9a-f]+", type="list"),),
    auth=spec.Headers((("Authorization", "token {token}"),)),
    headers=(("X-Version", "2"),),
    pulls=(
        spec.Pull(
            name="errors",
            path="/projects/{item}/errors",
            params=(("sort", "last_seen"), ("direction", "desc")),
            records="",
            pages=spec.LinkPages(),
            # A fixed error keeps the time it was last seen: versions count when they arrive.
            schema=ERROR_SCHEMA,
            since=spec.Since(field="last_seen", param="filters[event.since]"),
            for_each="projects",
        ),
        spec.Pull(
            name="releases",
            path="/projects/{item}/releases",
            records="",
            pages=spec.LinkPages(size=10),
            schema=spec.RecordSchema(key="release/{id}", updated_at=("release_time",), kind="change"),
            since=spec.Since(field="release_time", newest_first=True),
            for_each="projects",
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="error.errorId"),
                schema=spec.RecordSchema(key="error.errorId", updated_at=(), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="error.id"),
                schema=spec.RecordSchema(key="error.id", updated_at=(), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="release.version"),
                schema=spec.RecordSchema(
                    key="release/{release.id}", updated_at=("release.releaseTime",), kind="change"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="exceptions"),
                schema=spec.RecordSchema(key="error_id", updated_at=("received_at",), kind="occurrence"),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="error_class"), schema=ERROR_SCHEMA),
        ),
        setup="Project settings › Integrations › Webhook: the address with ?token= and the secret; new, "
        "reopened, spiking errors, status changes and releases.",
    ),
    issues=(PUSHED, OCCURRED, LISTED),
    changes=(RELEASE,),
)
