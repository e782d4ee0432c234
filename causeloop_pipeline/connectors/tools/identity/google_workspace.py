"""Google Workspace: alerts of the alert center, refused or suspicious sign-ins, administrators' changes."""

from dataclasses import replace

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Join, Literal
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

SUSPICIOUS = frozenset(
    {
        "login_failure",
        "suspicious_login",
        "suspicious_login_less_secure_app",
        "suspicious_programmatic_login",
        "user_signed_out_due_to_suspicious_session_cookie",
        "gov_attack_warning",
        "account_disabled_generic",
        "account_disabled_hijacked",
        "account_disabled_password_leak",
        "account_disabled_spamming",
        "account_disabled_spamming_through_relay",
        "risky_sensitive_action_blocked",
        "blocked_sender",
        "sso_failure",
    }
)

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("alertId"), Has("type"))),
    title="type",
    body=("data.description", "data.title", "data.messages.0.subjectText"),
    severity="metadata.severity",
    status="metadata.status",
    service="source",
    team="metadata.assignee",
    error_type="type",
    external_url=("securityInvestigationToolLink", "data.alertDetails.link"),
    source_created_at=("createTime", "startTime"),
    resolved_at=("endTime", "updateTime"),
    attributes={"data": "data", "feedback": "data.actorEmail"},
)
NESTED_ACTIVITY = IssueMapping(
    name="activity",
    identifies=Identifies.EVENT,
    when=Has("events.0.name"),
    title=Join(("id.applicationName", "events.0.name"), ": "),
    severity="events.0.name",
    status=Literal("failed"),
    service="id.applicationName",
    error_type="events.0.name",
    source_created_at="id.time",
    attributes={"user_name": "actor.email", "ip": "ipAddress"},
)
ACTIVITY = replace(
    NESTED_ACTIVITY,
    name="activity of a log export",
    when=Every((Has("id.applicationName"), Has("name"))),
    title=Join(("id.applicationName", "name"), ": "),
    severity="name",
    error_type="name",
)
EDIT = ChangeMapping(
    name="administrator action",
    when=Has("id.applicationName"),
    change_kind=Literal("config_change"),
    title=Join((("events.0.type", "type"), ("events.0.name", "name")), ": "),
    service=("parameters.APPLICATION_NAME", "id.applicationName"),
    changed_at="id.time",
)


def list_names(activity: spec.Record) -> set[str]:
    """The names of an activity's events, whether nested or, in an export, at the top."""
    events = activity.get("events") or [activity]
    return {str(event.get("name")) for event in events if isinstance(event, dict)}


def is_suspicious(activity: spec.Record) -> bool:
    """Whether an activity is a failure or a warning; most of the log is everyday use."""
    return bool(list_names(activity) & SUSPICIOUS)


def is_edit(activity: spec.Record) -> bool:
    """Whether an administrator changed something."""
    return (activity.get("id") or {}).get("applicationName") == "admin" and list_names(activity) != {"None"}


ALERT_SCHEMA = spec.RecordSchema(
    key="alertId", updated_at=("updateTime", "metadata.updateTime", "createTime")
)
ACTIVITY_KEY = "{id.applicationName}/{id.time}/{id.uniqueQualifier}"
ACTIVITY_SCHEMA = spec.RecordSchema(
    key=ACTIVITY_KEY, updated_at=("id.time",), kind="activity", keep=is_suspicious
)
EDIT_SCHEMA = spec.RecordSchema(
    key=f"change/{ACTIVITY_KEY}", updated_at=("id.time",), kind="change", keep=is_edit
)
ACTIVITIES = "/admin/reports/v1/activity/users/all/applications"

CONNECTOR = spec.Connector(
    name="google_workspace",
    title="Google Workspace",
    category=spec.Category.SECURITY,
    docs_url="https://developers.google.com/workspace/admin/alertcenter/reference/rest/v1beta1/alerts/list",
    plan="starter",
    base_url="https://alertcenter.googleapis.com",
    site=(),
    credentials=(
        spec.Field(
            "service_account",
            "Service account key",
            help="The JSON key of an account with domain-wide delegation for the scope apps.alerts.",
        ),
    ),
    config=(
        spec.Field(
            "administrator",
            "Administrator",
            help="E-mail address of the administrator on whose behalf alerts are read.",
            pattern=r"[^@\s]+@[^@\s]+",
        ),
    ),
    auth=spec.ServiceAccount(scope="https://www.googleapis.com/auth/apps.alerts", subject="{administrator}"),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/v1beta1/alerts",
            params=(("orderBy", "createTime asc"),),
            records="alerts",
            pages=spec.TokenPages(
                next_path="nextPageToken", param="pageToken", size=500, size_param="pageSize"
            ),
            schema=ALERT_SCHEMA,
            since=spec.Since(field="createTime", param="filter", template='createTime >= "{since}"'),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="alertId"), schema=ALERT_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="id.applicationName", values=frozenset({"admin"})),
                schema=EDIT_SCHEMA,
            ),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="id.applicationName"), schema=ACTIVITY_SCHEMA
            ),
            spec.WebhookEvent(
                record="items",
                when=spec.Condition(path="items.0.id.applicationName", values=frozenset({"admin"})),
                schema=EDIT_SCHEMA,
            ),
            spec.WebhookEvent(record="items", schema=ACTIVITY_SCHEMA),
        ),
        setup="A function that reads the alert center's Pub/Sub topic posts each alert, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(ALERT, NESTED_ACTIVITY, ACTIVITY),
    changes=(EDIT,),
)
