"""Google Cloud Monitoring alerts: listed by opening, open ones read again, pushed by channels."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Instant,
    Match,
    Moment,
    Source,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies


def resource_names(place: str) -> tuple[str, ...]:
    """Where a monitored resource says which service it is."""
    return tuple(
        f"{place}.labels.{name}"
        for name in (
            "service_name",
            "module_id",
            "function_name",
            "database_id",
            "container_name",
            "cluster_name",
            "host",
            "topic_id",
            "subscription_id",
        )
    )


def any_time(path: str) -> Moment:
    """A time as version 1 writes it (seconds) or as the API does."""
    return (Instant(path, TimeFormat.EPOCH_SECONDS), Instant(path))


TITLE: Source = (
    "incident.documentation.subject",
    "incident.summary",
    "incident.condition_name",
    "incident.policy_name",
)
NOTIFICATION = IssueMapping(
    name="notification",
    identifies=Identifies.EVENT,
    when=Every((Has("incident.incident_id"), Has("incident.state"))),
    title=TITLE,
    body=Different(
        ("incident.documentation.content", "incident.documentation", "incident.summary"), than=TITLE
    ),
    severity=(
        "incident.severity",
        "incident.policy_user_labels.severity",
        "incident.metadata.system_labels.severity",
        "incident.metadata.user_labels.severity",
    ),
    status="incident.state",
    service=(
        "incident.policy_user_labels.service",
        "incident.metadata.user_labels.service",
        "incident.metadata.user_labels.app",
        *resource_names("incident.resource"),
        "incident.resource_display_name",
        "incident.resource.labels.instance_id",
        "incident.resource_name",
        "incident.resource_id",
    ),
    error_type=("incident.metric.type", "incident.condition_name", "incident.condition.displayName"),
    team=("incident.policy_user_labels.team", "incident.metadata.user_labels.team"),
    environment=(
        "incident.policy_user_labels.environment",
        "incident.policy_user_labels.env",
        "incident.metadata.user_labels.environment",
        "incident.metadata.user_labels.env",
        "incident.scoping_project_id",
    ),
    external_url="incident.url",
    source_created_at=any_time("incident.started_at"),
    resolved_at=any_time("incident.ended_at"),
    attributes={
        "policy": "incident.policy_name",
        "condition": "incident.condition_name",
        "observed": "incident.observed_value",
        "threshold": "incident.threshold_value",
        "project": "incident.scoping_project_id",
    },
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("name"), Has("state"), Has("openTime"))),
    title=("policy.displayName", Text("Alert {name}")),
    severity=("policy.severity", "policy.userLabels.severity"),
    status="state",
    service=(
        "policy.userLabels.service",
        "metadata.userLabels.service",
        "metadata.userLabels.app",
        *resource_names("resource"),
        "resource.labels.instance_id",
        "resource.type",
    ),
    error_type=("metric.type", "policy.displayName"),
    team=("policy.userLabels.team", "metadata.userLabels.team"),
    environment=(
        "policy.userLabels.environment",
        "policy.userLabels.env",
        "metadata.userLabels.environment",
        "resource.labels.project_id",
        Match("name", r"^projects/([^/]+)/"),
    ),
    external_url=Text("https://console.cloud.google.com/monitoring/alerting?project={config.project}"),
    source_created_at="openTime",
    resolved_at="closeTime",
    attributes={"policy": "policy.name", "resource": "resource.labels"},
)

ALERT_SCHEMA = spec.RecordSchema(
    key="name", key_pattern=r"/alerts/([^/]+)$", updated_at=("closeTime", "openTime")
)

CONNECTOR = spec.Connector(
    name="gcp_monitoring",
    title="Google Cloud Monitoring",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alerts/list",
    plan="starter",
    base_url="https://monitoring.googleapis.com",
    site=("project",),
    credentials=(
        spec.Field(
            "service_account",
            "Service account key",
            help="The JSON key of an account with Monitoring Viewer.",
        ),
    ),
    config=(spec.Field("project", "Project", help="Its id.", pattern=r"[a-z0-9:.-]+"),),
    auth=spec.ServiceAccount(scope="https://www.googleapis.com/auth/monitoring.read"),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/v3/projects/{project}/alerts",
            params=(("orderBy", "open_time"),),
            records="alerts",
            pages=spec.TokenPages(
                next_path="nextPageToken", param="pageToken", size=1000, size_param="pageSize"
            ),
            schema=ALERT_SCHEMA,
            since=spec.Since(
                field="openTime",  # the filter knows no time of change, hence the refresh
                param="filter",
                template='open_time > "{since}"',
                overlap=timedelta(hours=1),
            ),
            refresh=spec.Refresh(path="/v3/projects/{project}/alerts/{id}", record=""),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.BasicSecret(),
            spec.UrlSecret("auth_token"),
            spec.UrlSecret(),
            spec.OWN_SIGNATURE,
        ),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incident.incident_id"),
                # The start of an incident never changes: versions are ordered by when they arrive.
                schema=spec.RecordSchema(key="incident.incident_id", updated_at=(), kind="notification"),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="openTime"), schema=ALERT_SCHEMA),
        ),
        setup="Monitoring › Alerting › Notification channels › Webhooks: the address, with HTTP basic "
        "authentication: user causeloop, the secret as the password.",
    ),
    issues=(NOTIFICATION, ALERT),
)
