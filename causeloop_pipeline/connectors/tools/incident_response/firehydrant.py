"""FireHydrant incidents by their last update, its change events, and signed webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Different,
    Every,
    Has,
    Is,
    Kind,
    Literal,
    Matches,
    Not,
    Some,
    Tag,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

UNRANKED = ("UNSET", "")

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (Kind(("record",)), Every((Has("name"), Some((Has("current_milestone"), Has("milestones"))))))
    ),
    title="name",
    body=(
        Different("description", than="name"),
        "summary",
        "customer_impact_summary",
        "last_note.body",
    ),
    severity=Choose(
        Is(("severity.slug", "severity"), UNRANKED),
        ("priority.slug", "priority", "severity"),
        ("severity.slug", "severity", "priority.slug", "priority"),
    ),
    status=("current_milestone", "milestones.-1.type"),
    service=("services.0.name", "functionalities.0.name", "impacts.0.impact.name"),
    error_type="incident_type.name",
    team=("team_assignments.0.team.name", "teams.0.name", Tag("labels", "team")),
    environment=("environments.0.name", Tag("labels", "env|environment")),
    external_url=("incident_url", "private_status_page_url"),
    source_created_at=("started_at", "created_at"),
    resolved_at=("resolved_at", "milestones.-1.occurred_at", "updated_at"),
    attributes={
        "number": "number",
        "tags": "tag_list",
        "labels": "labels",
        "customers_impacted": "customers_impacted",
    },
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Kind(("alert",)),
            Every(
                (
                    Has("summary"),
                    Has("status"),
                    Some((Has("integration"), Has("signal_id"), Has("starts_at"))),
                )
            ),
        )
    ),
    title="summary",
    body=Different("description", than="summary"),
    severity=("priority", "level", Tag("labels", "severity|priority")),
    status="status",
    service=("services.0.name", Tag("labels", "service"), "integration_name"),
    team=("team_name", "signal_rule.team_id", Tag("labels", "team")),
    environment=("environments.0.name", Tag("labels", "env|environment")),
    external_url=("remote_url", "url"),
    source_created_at=("starts_at", "created_at"),
    resolved_at=("ends_at", "updated_at"),
    attributes={"tags": "tags", "integration": "integration"},
)
CHANGE = ChangeMapping(
    name="change event",
    when=Every((Has("summary"), Has("starts_at"), Not(Has("status")))),
    change_kind=Choose(
        Matches("summary", r"\bflag\b"),
        Literal("feature_flag"),
        Choose(
            Matches("summary", r"\bdeploy|\broll(ed)?.?(out|back)"),
            Literal("deploy"),
            Choose(Matches("summary", r"\brelease"), Literal("release")),
        ),
    ),
    title="summary",
    service="services.0.name",
    environment="environments.0.name",
    external_url=("attachments.0.href_url", "external_url"),
    changed_at=("starts_at", "ends_at"),
)
INCIDENT_RECORD = spec.RecordSchema(updated_at=("updated_at", "last_note.created_at"))
CHANGE_RECORD = spec.RecordSchema(key="change/{id}", updated_at=("updated_at",), kind="change")
ALERT_RECORD = spec.RecordSchema(key="alert/{id}", updated_at=("updated_at",), kind="alert")

CONNECTOR = spec.Connector(
    name="firehydrant",
    title="FireHydrant",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.firehydrant.com/reference/list_incidents",
    plan="starter",
    base_url="https://api.firehydrant.io",
    site=(),
    credentials=(spec.Field("token", "API key", help="Settings › API keys: a bot token."),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/v1/incidents",
            records="data",
            pages=spec.NumberedPages(),
            schema=INCIDENT_RECORD,
            since=spec.Since(field="updated_at", param="updated_after"),
        ),
        spec.Pull(
            name="changes",
            path="/v1/changes/events",
            records="data",
            pages=spec.NumberedPages(),
            schema=CHANGE_RECORD,
            since=spec.Since(field="starts_at", param="starts_at", until_param="ends_at"),
            optional=True,
        ),
        spec.Pull(
            name="alerts",
            path="/v1/alerts",
            records="data",
            pages=spec.NumberedPages(),
            schema=ALERT_RECORD,
            since=spec.Since(field="starts_at"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("fh-signature"),),
        events=(
            spec.WebhookEvent(
                record="data.incident", schema=INCIDENT_RECORD, add=(("operation", "event.operation"),)
            ),
            spec.WebhookEvent(record="data.change_event", schema=CHANGE_RECORD),
            spec.WebhookEvent(record="data.alert", schema=ALERT_RECORD),
            spec.WebhookEvent(record="incident", schema=INCIDENT_RECORD),
        ),
        setup="Settings › Webhooks: add the address and the secret for incidents and change events.",
    ),
    issues=(INCIDENT, ALERT),
    changes=(CHANGE,),
)
