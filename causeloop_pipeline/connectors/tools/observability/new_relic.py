"""New Relic issues by NerdGraph, deployments of its applications, and webhooks of workflows and channels."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.new_relic_changes import CHANGE_LISTS, REPORTED, TRACKED_CHANGE
from causeloop_pipeline.connectors.formats.new_relic_rest import (
    DEPLOYMENT,
    DEPLOYMENT_SCHEMA,
    INCIDENT,
    RECENT_EVENT,
    VIOLATION,
    either_time,
)
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Different,
    Every,
    Has,
    Join,
    Literal,
    Matches,
    Some,
    Tag,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

QUERY = """
query ($account: Int!, $cursor: String, $start: EpochMilliseconds!, $end: EpochMilliseconds!) {
  actor { account(id: $account) { aiIssues {
    issues(cursor: $cursor, timeWindow: {startTime: $start, endTime: $end}) {
      issues {
        issueId title description priority state createdAt activatedAt acknowledgedAt updatedAt closedAt
        entityNames entityGuids entityTypes conditionName policyName origins sources deepLinkUrl
        totalIncidents incidentIds
      }
      nextCursor
    }
  } } }
}
"""
ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Some(
        (
            Every((Some((Has("priority"), Has("severity"))), Some((Has("issueId"), Has("state"))))),
            Every((Has("issueUrl"), Some((Has("state"), Has("priority"), Has("severity"))))),
        )
    ),
    title=(
        *("title.0", "title", "name", "annotations.title.0", "conditionName.0", "alertConditionNames.0"),
        *("condition_name", "details"),
    ),
    body=Different(
        ("description.0", "description", "annotations.description.0", "details", "alertConditionNames.0"),
        than=("title.0", "title", "name"),
    ),
    severity=("priority", "severity"),
    status=("state", "status", "currentState"),
    service=("entityNames.0", "impactedEntities.0", "entitiesData.names.0", "entityName", "service"),
    error_type=(
        "conditionName.0",
        "alertConditionNames.0",
        "conditionName",
        "accumulations.conditionName.0",
        "condition_name",
    ),
    team=(
        "team",
        "owner",
        Tag("tags", "team|owner"),
        Tag("entityTags", "team|owner"),
        "accumulations.tag.team.0",
    ),
    environment=(
        "environment",
        Tag("tags", "environment|env"),
        Tag("entityTags", "environment|env"),
        "accumulations.tag.environment.0",
    ),
    external_url=("issueUrl", "issueLink", "deepLinkUrl", "issuePageUrl", "url"),
    source_created_at=either_time("createdAt", "activatedAt", "openTime", "lastReceived"),
    resolved_at=either_time("closedAt", "updatedAt"),
    attributes={
        "policy": ("policyName.0", "alertPolicyNames.0", "policyName"),
        "incidents": "totalIncidents",
        "workflow": "workflowName",
        "runbook": "alertRunbookUrl",
    },
)
CHANNEL = IssueMapping(
    name="webhook of a notification channel",
    identifies=Identifies.EVENT,
    when=Every((Has("incident_id"), Some((Has("condition_name"), Has("current_state"))))),
    title=(Join(("condition_name", "targets.0.name"), " · "), "details"),
    body="details",
    severity=("severity", "priority"),
    status="current_state",
    service=("targets.0.name", "application_name"),
    error_type="condition_name",
    team=("team", "targets.0.labels.team", "targets.0.labels.Team"),
    environment=("targets.0.labels.environment", "targets.0.labels.env", "targets.0.labels.Environment"),
    external_url=("incident_url", "violation_chart_url"),
    source_created_at=either_time("timestamp", "timestamp_utc_string"),
    resolved_at=either_time("timestamp"),
    attributes={
        "policy": "policy_name",
        "event_type": "event_type",
        "duration": "duration",
        "runbook": "runbook_url",
    },
)
FORMER_ALERT = IssueMapping(
    name="webhook of an application's alert",
    identifies=Identifies.EVENT,
    when=Every((Has("alert_url"), Some((Has("short_description"), Has("message"))))),
    title=("short_description", "message"),
    body=Different(("long_description", "message"), than="short_description"),
    severity="severity",
    status=Choose(
        Matches(("short_description", "message"), r"\bended\b|\bclosed\b"), Literal("closed"), Literal("open")
    ),
    service=("application_name", "servers.0", "server_name"),
    error_type="alert_policy_name",
    external_url="alert_url",
    source_created_at="created_at",
    attributes={"account": "account_name"},
)
EXPORTED = IssueMapping(
    name="exported incident event",
    identifies=Identifies.EVENT,
    when=Every((Has("event"), Has("title"), Some((Has("incidentId"), Has("issueId"))))),
    title="title",
    body=Different("description", than="title"),
    severity="priority",
    status="event",
    service=(r"entity\.name", "entityName", "targetName", "entityNames"),
    error_type="conditionName",
    team=(r"tags\.team", r"tag\.team"),
    environment=(r"tags\.environment", r"tags\.env"),
    external_url=("incidentLink", "issueLink"),
    source_created_at=either_time("openTime", "timestamp"),
    resolved_at=either_time("closeTime", "timestamp"),
    attributes={"policy": "policyName", "runbook": "runbookUrl"},
)
ISSUE_SCHEMA = spec.RecordSchema(
    key="issueId", updated_at=("updatedAt", "createdAt"), times=spec.TimeFormat.EPOCH_MILLISECONDS
)


def receive_event(path: str, key: str, kind: str, record: str = "") -> spec.WebhookEvent:
    """A body whose template can be edited: its times may be anything, so it counts when it arrives."""
    return spec.WebhookEvent(
        record=record,
        when=spec.Condition(path=path),
        schema=spec.RecordSchema(key=key, updated_at=(), kind=kind),
    )


CONNECTOR = spec.Connector(
    name="new_relic",
    title="New Relic",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-api-examples-alerts/",
    plan="starter",
    base_url="https://{host}",
    site=("account",),
    credentials=(spec.Field("api_key", "User key", help="API keys › a key of the type User."),),
    config=(
        spec.Field("account", "Account ID", type="number", pattern=r"[0-9]+"),
        spec.Field(
            "host",
            "API host",
            required=False,
            default="api.newrelic.com",
            choices=("api.newrelic.com", "api.eu.newrelic.com"),
        ),
        spec.Field(
            "applications",
            "Application IDs",
            help="Whose deployments are read as changes.",
            required=False,
            default=(),
            type="list",
        ),
    ),
    auth=spec.Headers((("API-Key", "{api_key}"),)),
    pulls=(
        spec.Pull(
            name="issues",
            path="/graphql",
            method="POST",
            graphql=QUERY,
            params=(("account", "{account}"),),
            records="data.actor.account.aiIssues.issues.issues",
            pages=spec.TokenPages(next_path="data.actor.account.aiIssues.issues.nextCursor", param="cursor"),
            schema=ISSUE_SCHEMA,
            since=spec.Since(
                field="updatedAt",
                param="start",
                until_param="end",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
                overlap=timedelta(hours=1),
            ),
        ),
        spec.Pull(
            name="deployments",
            path="/v2/applications/{item}/deployments.json",
            records="deployments",
            pages=spec.LinkPages(),
            schema=DEPLOYMENT_SCHEMA,
            since=spec.Since(field="timestamp", newest_first=True),
            for_each="applications",
            optional=True,
        ),
        *CHANGE_LISTS,
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.OWN_SIGNATURE,
            spec.SharedSecret("x-causeloop-token"),
            spec.BasicSecret(),
        ),
        embedded=("targets", "impactedEntities", "deployment", "alert"),
        events=(
            receive_event("current_state", "incident_id", "channel"),
            receive_event("incidents.0.opened_at", "incident/{id}", "incident", "incidents"),
            receive_event("violations.0.opened_at", "violation/{id}", "violation", "violations"),
            receive_event("recent_events.0.event_type", "event/{id}", "event", "recent_events"),
            receive_event("violation.opened_at", "violation/{id}", "violation", "violation"),
            receive_event("incident.opened_at", "incident/{id}", "incident", "incident"),
            receive_event("recent_event.event_type", "event/{id}", "event", "recent_event"),
            receive_event("alert.alert_url", "alert_url", "former_alert", "alert"),
            receive_event("alert_url", "alert_url", "former_alert"),
            spec.WebhookEvent(
                record="deployment",
                schema=spec.RecordSchema(
                    key="deployment/{deployment_url}", updated_at=("created_at",), kind="change"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="deployment_url"),
                schema=spec.RecordSchema(
                    key="deployment/{deployment_url}", updated_at=("created_at",), kind="change"
                ),
            ),
            *REPORTED,
            receive_event("incidentId", "{incidentId}", "exported_event"),
            receive_event("results.0.incidentId", "{incidentId}", "exported_event", "results"),
            receive_event("issueId", "{issueId}", "issue"),
            receive_event("id", "id", "issue"),
        ),
        setup="Alerts › Workflows › Notify › Webhook: the address with the header x-causeloop-token that "
        "holds the secret, and the payload as proposed; notify when activated, acknowledged and closed.",
    ),
    body_errors=(
        spec.BodyError(path="errors", matches="too many requests|rate limit|timed? ?out", then="retry"),
        spec.BodyError(path="errors"),
    ),
    issues=(CHANNEL, FORMER_ALERT, EXPORTED, VIOLATION, INCIDENT, RECENT_EVENT, ISSUE),
    changes=(TRACKED_CHANGE, DEPLOYMENT),
)
