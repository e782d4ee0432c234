"""What an alert of Prometheus Alertmanager means, wherever it is read: Grafana sends the same."""

from dataclasses import replace

from causeloop_pipeline.connectors.mapping.expressions import Different, Has, Join, Some, Source
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Unlike
from causeloop_pipeline.connectors.spec import RecordSchema, WebhookEvent
from causeloop_pipeline.connectors.webhooks import Condition as BodyCondition
from causeloop_pipeline.model.issue import FiringStart, Identifies

SEVERITY_LABELS = ("severity", "priority", "level", "criticality", "sev")
SERVICE_LABELS = (
    "service",
    "service_name",
    "app",
    "application",
    "app_kubernetes_io_name",
    "component",
    "workload",
    "deployment",
    "statefulset",
    "daemonset",
    "container",
    "job",
    "instance",
)
TEAM_LABELS = ("team", "owner", "squad", "owning_team")
ENVIRONMENT_LABELS = ("environment", "env", "stage", "cluster", "namespace")


PAGES = ("generatorURL", "dashboardURL", "panelURL", "annotations.runbook_url", "externalURL")
"""Where a payload may have the address of the alert or of what explains it."""


def label(*names: str) -> tuple[str, ...]:
    """The paths of some labels: of the alert, else of its annotations, else of the whole group."""
    return tuple(f"{place}.{name}" for place in ("labels", "annotations", "commonLabels") for name in names)


TITLE: Source = (
    Join(("labels.alertname", ("annotations.summary", "annotations.title", "summary")), ": "),
    "annotations.message",
    "annotations.description",
)

LISTED = IssueMapping(
    name="alert of the API",
    identifies=Identifies.CONDITION,
    when=Has("status.state"),
    title=TITLE,
    body=Different(
        (
            "annotations.description",
            "annotations.message",
            "annotations.runbook",
            "description",
            "valueString",
        ),
        than=TITLE,
    ),
    severity=label(*SEVERITY_LABELS),
    status="status.state",
    service=label(*SERVICE_LABELS),
    error_type=("labels.alertname", "labels.__name__"),
    team=label(*TEAM_LABELS),
    environment=label(*ENVIRONMENT_LABELS),
    external_url=PAGES,
    source_created_at=("startsAt", "activeAt"),
    firing_start=FiringStart.STATED,
    resolved_at="endsAt",
    attributes={
        "alertname": "labels.alertname",
        "instance": "labels.instance",
        "runbook": ("annotations.runbook_url", "annotations.runbook"),
    },
    attributes_from="labels",
)
PUSHED = replace(
    LISTED,
    name="alert of a webhook",
    when=Some((Has("startsAt"), Has("fingerprint"))),
    status=("status", "state"),
)
EVALUATED = replace(LISTED, name="alert of Prometheus itself", when=Has("activeAt"), status="state")
BARE = replace(PUSHED, name="alert without times", when=Has("labels"))

FINGERPRINT = r"[0-9a-f]{16}"
"""What the list of active alerts identifies them by; other forms of the webhook have other ids."""
# So do the rules that everybody uses rate what always fires, so that its silence is noticed.
IS_FAILURE = Unlike("labels.severity", r"^none$")
LISTED_SCHEMA = RecordSchema(key="fingerprint", updated_at=("updatedAt",), keep=IS_FAILURE)
# Prometheus itself, and Alertmanager before 0.16, send the labels alone: by their fingerprint, which is what
# Alertmanager calls an alert, all ways into one failure meet.
FORMER_SCHEMA = RecordSchema(
    labels="labels", key="{labels.alertname}/{startsAt}", updated_at=(), kind="former_alert"
)
CONTEXT = (("externalURL", "externalURL"), ("commonLabels", "commonLabels"), ("groupKey", "groupKey"))


def receive_alerts() -> tuple[WebhookEvent, ...]:
    """The bodies with alerts: webhooks, groups of the API, single ones; old ones have no fingerprint."""
    return (
        WebhookEvent(
            record="alerts",
            when=BodyCondition(path="alerts.0.fingerprint"),
            # The end of a firing alert is the year 1: versions are ordered by when they arrive.
            schema=RecordSchema(key="fingerprint", updated_at=("updatedAt",), kind="alert", keep=IS_FAILURE),
            add=CONTEXT,
        ),
        WebhookEvent(
            record="alerts",
            when=BodyCondition(path="alerts.0.labels.instance"),
            schema=replace(FORMER_SCHEMA, key="{labels.alertname}/{labels.instance}/{startsAt}"),
            add=CONTEXT,
        ),
        WebhookEvent(
            record="alerts",
            when=BodyCondition(path="alerts.0.startsAt"),
            schema=FORMER_SCHEMA,
            add=CONTEXT,
        ),
        *(
            WebhookEvent(
                record=record,
                when=BodyCondition(path=path),
                schema=replace(FORMER_SCHEMA, key="{labels.alertname}/{activeAt}", kind="evaluated"),
            )
            for record, path in (
                ("data.alerts", "data.alerts.0.activeAt"),
                ("alerts", "alerts.0.activeAt"),
                ("", "activeAt"),
            )
        ),
        WebhookEvent(record="", when=BodyCondition(path="fingerprint"), schema=LISTED_SCHEMA),
        WebhookEvent(
            record="",
            when=BodyCondition(path="startsAt"),
            schema=FORMER_SCHEMA,
        ),
        WebhookEvent(
            record="",
            when=BodyCondition(path="labels.alertname"),
            schema=replace(FORMER_SCHEMA, key="labels.alertname", kind="bare_alert"),
        ),
        WebhookEvent(
            record="",
            when=BodyCondition(path="labels.severity"),
            schema=RecordSchema(key="summary", updated_at=(), kind="bare_alert"),
        ),
    )
