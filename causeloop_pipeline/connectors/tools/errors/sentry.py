"""Sentry issues, releases and deploys, and the webhooks of its integrations and of the former plugin."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.sentry_events import LISTED_EVENT, PLUGIN, SDK_EVENT, event_tag
from causeloop_pipeline.connectors.formats.sentry_releases import (
    DEPLOY,
    DEPLOYED_RELEASE,
    DEPLOYED_SCHEMA,
    RELEASE,
    RELEASE_PAGES,
    RELEASE_SCHEMA,
    RELEASES,
)
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Different,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Match,
    Source,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import Bucketed, Counted, Once
from causeloop_pipeline.model.issue import Identifies

IGNORED = frozenset({"installation", "comment", "seer", "preprod_artifact"})


def exception_type(prefix: str) -> Source:
    """The type of the exception, as Sentry found it."""
    return (f"{prefix}metadata.type", f"{prefix}exception.values.0.type", f"{prefix}type")


def map_issue(name: str, prefix: str) -> IssueMapping:
    """An issue at a path."""
    return IssueMapping(
        name=name,
        identifies=Identifies.GROUP,
        when=Every((Has(f"{prefix}status"), Has(f"{prefix}level"), Has(f"{prefix}title"))),
        title=(f"{prefix}title", f"{prefix}metadata.title", f"{prefix}culprit"),
        body=Different(
            (f"{prefix}metadata.value", f"{prefix}metadata.message", f"{prefix}culprit"),
            than=f"{prefix}title",
        ),
        severity=(f"{prefix}level", f"{prefix}priority"),
        status=f"{prefix}status",
        service=(f"{prefix}project.slug", f"{prefix}project.name", f"{prefix}project"),
        error_type=exception_type(prefix),
        team=(f"{prefix}assignedTo.name", f"{prefix}assignedTo.email", f"{prefix}owners.0.owner"),
        environment=(
            Tag(f"{prefix}tags", "environment"),
            f"{prefix}tags.environment",
            f"{prefix}environment",
        ),
        external_url=(f"{prefix}permalink", f"{prefix}web_url", f"{prefix}url"),
        source_created_at=f"{prefix}firstSeen",
        resolved_at=(f"{prefix}statusDetails.resolvedAt", f"{prefix}lastSeen"),
        occurrences=(
            Bucketed(path=f"{prefix}stats.24h"),
            Bucketed(path=f"{prefix}stats.14d", of="days"),
            Bucketed(path=f"{prefix}stats.30d", of="days"),
            Counted(count=f"{prefix}count", last_at=f"{prefix}lastSeen"),
        ),
        attributes={
            "short_id": f"{prefix}shortId",
            "count": f"{prefix}count",
            "users": f"{prefix}userCount",
            "culprit": f"{prefix}culprit",
            "platform": f"{prefix}platform",
            "substatus": f"{prefix}substatus",
        },
    )


def map_occurrence(name: str, prefix: str) -> IssueMapping:
    """An occurrence of an issue at a path: the issue is unresolved."""
    return IssueMapping(
        name=name,
        identifies=Identifies.GROUP,
        when=Every((Has(f"{prefix}event_id"), Has(f"{prefix}issue_id"))),
        title=(
            f"{prefix}title",
            f"{prefix}metadata.title",
            f"{prefix}message",
            f"{prefix}logentry.formatted",
        ),
        body=Different(
            (f"{prefix}metadata.value", f"{prefix}message", f"{prefix}culprit"), than=f"{prefix}title"
        ),
        severity=f"{prefix}level",
        status=Literal("unresolved"),
        service=(
            f"{prefix}project_slug",
            f"{prefix}project_name",
            Match(f"{prefix}url", r"/projects/[^/]+/([^/]+)/"),
            f"{prefix}project",
        ),
        error_type=exception_type(prefix),
        environment=(f"{prefix}environment", *event_tag(f"{prefix}tags", "environment")),
        external_url=(f"{prefix}web_url", f"{prefix}issue_url"),
        source_created_at=(f"{prefix}datetime", Instant(f"{prefix}timestamp", TimeFormat.EPOCH_SECONDS)),
        occurrences=Once(at=(f"{prefix}datetime", Instant(f"{prefix}timestamp", TimeFormat.EPOCH_SECONDS))),
        attributes={
            "culprit": f"{prefix}culprit",
            "platform": f"{prefix}platform",
            "release": f"{prefix}release",
            "rule": "data.triggered_rule",
        },
    )


METRIC_ALERT = IssueMapping(
    name="metric alert",
    identifies=Identifies.EVENT,
    when=Has("data.metric_alert.id"),
    title=("data.metric_alert.title", "data.description_title"),
    body="data.description_text",
    severity=Match("action", r"^(critical|warning)$"),
    status="action",
    service="data.metric_alert.projects.0",
    team=("data.metric_alert.alert_rule.owner",),
    error_type=("data.metric_alert.alert_rule.aggregate", "data.metric_alert.alert_rule.dataset"),
    environment="data.metric_alert.alert_rule.environment",
    external_url="data.web_url",
    source_created_at=("data.metric_alert.date_started", "data.metric_alert.date_created"),
    resolved_at=("data.metric_alert.date_closed", "data.metric_alert.date_detected"),
    attributes={"identifier": "data.metric_alert.identifier"},
)
LISTED_METRIC_ALERT = IssueMapping(
    name="metric alert of the API",
    identifies=Identifies.EVENT,
    when=Every((Has("alertRule"), Has("dateStarted"), Has("title"))),
    title="title",
    # 1 and 2 are open and closed, 10 and 20 the level of an open one.
    severity=Choose(
        Is("status", ("20",)), Literal("critical"), Choose(Is("status", ("10",)), Literal("warning"))
    ),
    status=Choose(Is("status", ("2",)), Literal("resolved"), Literal("unresolved")),
    service=("projects.0", "alertRule.projects.0"),
    error_type=("alertRule.aggregate", "alertRule.dataset"),
    environment="alertRule.environment",
    external_url=Text(
        "https://{config.host}/organizations/{config.organization}/alerts/rules/details/{alertRule.id}/"
        "?alert={identifier}"
    ),
    source_created_at=("dateStarted", "dateCreated"),
    resolved_at=("dateClosed", "dateDetected"),
    attributes={"identifier": "identifier"},
)
ISSUE_SCHEMA = spec.RecordSchema(updated_at=("lastSeen",))


def receive_event(record: str, key: str, updated_at: tuple[str, ...], kind: str) -> spec.WebhookEvent:
    """A body that holds something of a kind at a path; it lands whole, for its action counts too."""
    return spec.WebhookEvent(
        record="",
        when=spec.Condition(path=record),
        schema=spec.RecordSchema(key=key, updated_at=updated_at, kind=kind),
    )


CONNECTOR = spec.Connector(
    name="sentry",
    title="Sentry",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.sentry.io/api/events/list-an-organizations-issues/",
    plan="free",
    base_url="https://{host}",
    site=("organization",),
    credentials=(
        spec.Field(
            "token", "Auth token", help="Of an internal integration with read access to issues and releases."
        ),
    ),
    config=(
        spec.Field("organization", "Organization", help="Its slug.", pattern=r"[a-z0-9_-]+"),
        spec.Field(
            "host",
            "Host",
            help="us.sentry.io, de.sentry.io, or your own.",
            required=False,
            default="sentry.io",
            pattern=spec.HOST_AND_PORT,
        ),
    ),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="issues",
            path="/api/0/organizations/{organization}/issues/",
            params=(("sort", "date"),),
            records="",
            pages=spec.LinkPages(size=100, size_param="limit", ends_on_empty=True),
            # A resolved issue has no later time than its last event: versions count when they arrive.
            schema=spec.RecordSchema(updated_at=()),
            since=spec.Since(field="lastSeen", param="query", template="lastSeen:>={since}"),
            refresh=spec.Refresh(
                path="/api/0/organizations/{organization}/issues/{id}/", record="", ids=r"(?P<id>\d+)"
            ),
        ),
        spec.Pull(
            name="releases",
            path=RELEASES,
            records="",
            pages=RELEASE_PAGES,
            schema=RELEASE_SCHEMA,
            since=spec.Since(field="dateCreated", newest_first=True),
            optional=True,
        ),
        spec.Pull(
            name="deploys",
            path=RELEASES,
            records="",
            pages=RELEASE_PAGES,
            schema=DEPLOYED_SCHEMA,
            # A release may reach an environment days after it was made, hence the overlap.
            since=spec.Since(field="dateCreated", newest_first=True, overlap=timedelta(days=7)),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature("sentry-hook-signature"),
            spec.SharedSecret("x-causeloop-token"),
            spec.UrlSecret(),
        ),
        delivery_header="request-id",
        ignore=(
            spec.Condition(path="data.comment_id"),
            spec.Condition(path="data.installation"),
        ),
        events=(
            receive_event("data.issue.id", "data.issue.id", (), "issue_event"),
            receive_event("data.event.issue_id", "data.event.issue_id", (), "alert_event"),
            receive_event("data.error.issue_id", "data.error.issue_id", (), "error_event"),
            receive_event("data.metric_alert.id", "metric_alert/{data.metric_alert.id}", (), "metric_alert"),
            receive_event("alertRule", "metric_alert/{id}", (), "listed_metric_alert"),
            receive_event("project_slug", "id", (), "plugin"),
            receive_event("eventID", "groupID", ("dateCreated",), "event"),
            receive_event("lastSeen", "id", (), "issue"),
            receive_event("event_id", "event_id", (), "sdk_event"),
            *(
                spec.WebhookEvent(record="", when=spec.Condition(path="versionInfo"), schema=schema)
                for schema in (RELEASE_SCHEMA, DEPLOYED_SCHEMA)
            ),
            receive_event("dateFinished", "deploy/{id}", ("dateFinished", "dateStarted"), "change"),
        ),
        setup="Settings › Developer settings › Internal integration: the address, webhooks for issue and "
        "error, alert rule action; the secret is its client secret.",
    ),
    rate_limit=spec.RateLimit(remaining="x-sentry-rate-limit-remaining", reset="x-sentry-rate-limit-reset"),
    issues=(
        METRIC_ALERT,
        LISTED_METRIC_ALERT,
        map_issue("webhook of an issue", "data.issue."),
        map_occurrence("webhook of an alert", "data.event."),
        map_occurrence("webhook of an error", "data.error."),
        PLUGIN,
        LISTED_EVENT,
        map_issue("issue", ""),
        SDK_EVENT,
    ),
    changes=(DEPLOYED_RELEASE, RELEASE, DEPLOY),
)
