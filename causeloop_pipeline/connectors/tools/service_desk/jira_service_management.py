"""Jira Service Management: issues of service projects by JQL, customer requests, and operations alerts."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.jira_search import (
    ISSUE_SCHEMA,
    SITE,
    TIMEZONE,
    ask_for_filter,
    poll_issues,
)
from causeloop_pipeline.connectors.formats.named_errors import find_error
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Different,
    Document,
    Element,
    Every,
    Has,
    Instant,
    Is,
    Kind,
    Literal,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

STATUS_ACTIONS = ("Create", "Acknowledge", "UnAcknowledge", "Close", "Delete", "Snooze", "SnoozeEnded")

ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("fields.summary"), Has("key"))),
    title="fields.summary",
    body=Document("fields.description"),
    severity=("fields.priority.name", "fields.priority"),
    status=("fields.status.statusCategory.key", "fields.status.name"),
    service=("fields.components.0.name", Tag("fields.labels", "service|svc"), "fields.project.name"),
    error_type=find_error("fields.summary"),
    team=Tag("fields.labels", "team"),
    environment=(Document("fields.environment"), Tag("fields.labels", "env|environment")),
    external_url=Text("https://{config.site}.atlassian.net/browse/{key}"),
    source_created_at="fields.created",
    resolved_at=("fields.resolutiondate", "fields.statuscategorychangedate", "fields.updated"),
    attributes={"key": "key", "labels": "fields.labels"},
)
REQUEST = IssueMapping(
    name="customer request",
    identifies=Identifies.EVENT,
    when=Every((Has("issueKey"), Has("currentStatus"))),
    title=(
        "summary",
        Element("requestFieldValues", key="fieldId", equals="summary"),
        Text("{requestType.name} {issueKey}"),
    ),
    body=("description", Element("requestFieldValues", key="fieldId", equals="description")),
    severity=(
        Element("requestFieldValues", key="fieldId", equals="priority", take="value.name"),
        "priority.name",
        "priority",
    ),
    status=("currentStatus.statusCategory", "currentStatus.status"),
    service=(
        Element("requestFieldValues", key="fieldId", equals="components", take="value.0.name"),
        "serviceDesk.projectName",
    ),
    error_type=find_error("summary"),
    environment=Element("requestFieldValues", key="fieldId", equals="environment"),
    external_url=("_links.web", Text("https://{config.site}.atlassian.net/browse/{issueKey}")),
    source_created_at=(
        "createdDate.iso8601",
        Instant("createdDate.epochMillis", TimeFormat.EPOCH_MILLISECONDS),
    ),
    resolved_at="currentStatus.statusDate.iso8601",
    attributes={"key": "issueKey", "request_type": "requestTypeId", "service_desk": "serviceDeskId"},
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Kind(("alert",)), Every((Has("message"), Has("tinyId"), Has("status"))))),
    title="message",
    body=Different("description", than="message"),
    severity="priority",
    status=Choose(
        Every((Is("status", ("open",)), Is("acknowledged", ("true",)))), Literal("acknowledged"), "status"
    ),
    service=("details.service", "extraProperties.service", Tag("tags", "service|svc"), "entity"),
    team=(Element("responders", key="type", equals="team", take="name"), Tag("tags", "team")),
    environment=("details.environment", "extraProperties.environment", Tag("tags", "env|environment")),
    external_url="links.web",
    source_created_at="createdAt",
    resolved_at=("closedAt", "updatedAt"),
    attributes={"number": "tinyId", "alias": "alias", "tags": "tags", "origin": "source"},
)
PUSHED_ALERT = IssueMapping(
    name="alert webhook",
    identifies=Identifies.EVENT,
    when=Every((Kind(("event",)), Every((Has("message"), Has("action"))))),
    title="message",
    body=Different("description", than="message"),
    severity="priority",
    status=Choose(Is("action", STATUS_ACTIONS), "action"),
    service=("details.service", Tag("tags", "service|svc"), "entity"),
    team=(
        "teams.0.name",
        "teams.0",
        Element("responders", key="type", equals="team", take="name"),
        Tag("tags", "team"),
    ),
    environment=("details.environment", Tag("tags", "env|environment")),
    external_url="links.web",
    source_created_at=("createdAt", Instant("createdAt", TimeFormat.EPOCH_MILLISECONDS)),
    resolved_at=Instant("updatedAt", TimeFormat.EPOCH_NANOSECONDS),
    attributes={"number": "tinyId", "alias": "alias", "tags": "tags", "origin": "source"},
)

CONNECTOR = spec.Connector(
    name="jira_service_management",
    title="Jira Service Management",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-alerts/",
    plan="starter",
    base_url="https://api.atlassian.com",
    site=("cloud_id",),
    credentials=(
        spec.Field("email", "Account e-mail"),
        spec.Field("api_token", "API token", help="With scopes to read Jira work and operations alerts."),
    ),
    config=(
        spec.Field(
            "cloud_id",
            "Cloud id",
            help="Shown at https://your-site.atlassian.net/_edge/tenant_info.",
            pattern=r"[A-Za-z0-9-]+",
        ),
        SITE,
        ask_for_filter("projectType = service_desk"),
        TIMEZONE,
    ),
    auth=spec.Basic("{email}", "{api_token}"),
    pulls=(
        poll_issues("/ex/jira/{cloud_id}/rest/api/3/search/jql"),
        spec.Pull(
            name="requests",
            path="/ex/jira/{cloud_id}/rest/servicedeskapi/request",
            params=(("requestOwnership", "ALL_REQUESTS"), ("expand", "requestType,serviceDesk")),
            records="values",
            pages=spec.OffsetPages(size_param="limit", offset_param="start"),
            schema=spec.RecordSchema(key="issueId", updated_at=("currentStatus.statusDate.iso8601",)),
            since=spec.Since(field="currentStatus.statusDate.iso8601"),
            optional=True,
        ),
        spec.Pull(
            name="alerts",
            path="/jsm/ops/api/{cloud_id}/v1/alerts",
            params=(("sort", "updatedAt"), ("order", "asc")),
            records="values",
            pages=spec.OffsetPages(size_param="size"),
            schema=spec.RecordSchema(key="alert/{id}", updated_at=("updatedAt", "createdAt"), kind="alert"),
            since=spec.Since(
                field="updatedAt",
                param="query",
                template="updatedAt>={since}",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
                ascending=True,
            ),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature("x-hub-signature", prefix="sha256="),
            spec.SharedSecret("x-causeloop-token"),
        ),
        events=(
            spec.WebhookEvent(
                record="issue",
                schema=ISSUE_SCHEMA,
                add=(("webhook_event", "webhookEvent"),),
            ),
            spec.WebhookEvent(
                record="alert",
                schema=spec.RecordSchema(key="alert/{alertId}", updated_at=(), kind="event"),
                add=(("action", "action"),),
            ),
        ),
        setup=(
            "Issues: Settings › System › Webhooks, with the secret. Alerts: Operations › Integrations › "
            "Webhook, with the custom header X-Causeloop-Token."
        ),
    ),
    issues=(PUSHED_ALERT, ALERT, REQUEST, ISSUE),
)
