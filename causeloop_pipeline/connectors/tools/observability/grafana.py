"""Grafana alerts: the list of those that fire, webhooks of contact points, and of the former alerting."""

from dataclasses import replace

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.alertmanager_alerts import (
    BARE,
    EVALUATED,
    FINGERPRINT,
    LISTED,
    LISTED_SCHEMA,
    PAGES,
    PUSHED,
    receive_alerts,
)
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Instant,
    Some,
    Source,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

LISTED_PAGE = Text("{config.base_url}/alerting/list?search={labels.alertname}")


def tag(*names: str) -> Source:
    """A tag of the rule, else of the first series that it found."""
    return tuple(f"{place}.{name}" for place in ("tags", "evalMatches.0.tags") for name in names)


FORMER_ALERT = IssueMapping(
    name="webhook of the former alerting",
    identifies=Identifies.CONDITION,
    when=Every((Has("state"), Some((Has("ruleId"), Has("ruleName"))))),
    title=("ruleName", "title"),
    body=Different("message", than="ruleName"),
    severity=tag("severity", "priority", "level"),
    status="state",
    service=tag("service", "app", "application", "component", "job", "instance"),
    error_type="evalMatches.0.metric",
    team=tag("team", "owner", "squad"),
    environment=tag("environment", "env", "cluster"),
    external_url="ruleUrl",
    attributes={"rule": "ruleId", "image": "imageUrl", "dashboard": "dashboardId", "panel": "panelId"},
    attributes_from="tags",
)
LISTED_RULE = IssueMapping(
    name="alert of the former API",
    identifies=Identifies.CONDITION,
    when=Every((Has("state"), Has("newStateDate"))),
    title="name",
    status="state",
    body="executionError",
    service="dashboardSlug",
    external_url="url",
    source_created_at="newStateDate",
    firing_start=FiringStart.CHANGED,
    resolved_at="newStateDate",
    attributes={"dashboard": "dashboardUid", "panel": "panelId"},
)
ANNOTATION = IssueMapping(
    name="state change in the annotations",
    identifies=Identifies.CONDITION,
    when=Every((Has("newState"), Has("alertName"))),
    title="alertName",
    body="text",
    status="newState",
    external_url=Text("{config.base_url}/d/{dashboardUID}?viewPanel={panelId}"),
    source_created_at=Instant("time", TimeFormat.EPOCH_MILLISECONDS),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("time", TimeFormat.EPOCH_MILLISECONDS),
    attributes={"previous_state": "prevState", "dashboard": "dashboardUID"},
)

CONNECTOR = spec.Connector(
    name="grafana",
    title="Grafana Alerting",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("token", "Service account token", help="Of a service account with the role Viewer."),
    ),
    config=(
        spec.Field(
            "base_url",
            "Grafana address",
            help="Such as https://acme.grafana.net.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/alertmanager/grafana/api/v2/alerts",
            records="",
            pages=spec.OnePage(),
            schema=LISTED_SCHEMA,
            absent_means_ended=FINGERPRINT,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature("x-grafana-alerting-signature"),
            spec.HmacSignature(
                "x-grafana-alerting-signature",
                signed="{timestamp}:{body}",
                timestamp_header="x-grafana-alerting-timestamp",
            ),
            spec.SharedSecret("authorization", prefix="Bearer "),
            spec.BasicSecret(),
            spec.SharedSecret("x-causeloop-token"),
        ),
        events=(
            *receive_alerts(),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="ruleId"),
                schema=spec.RecordSchema(key="rule/{ruleId}", updated_at=(), kind="former_alert"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="newStateDate"),
                schema=spec.RecordSchema(key="rule/{id}", updated_at=("newStateDate",), kind="former_rule"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alertName"),
                schema=spec.RecordSchema(
                    key="rule/{alertId}",
                    updated_at=("time",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="annotation",
                ),
            ),
        ),
        setup="Alerting › Contact points › Webhook: the address, and the secret under HMAC signature "
        "(or as authorization credentials with the scheme Bearer).",
    ),
    issues=(
        FORMER_ALERT,
        LISTED_RULE,
        ANNOTATION,
        *(
            replace(mapping, external_url=(*PAGES, LISTED_PAGE))
            for mapping in (LISTED, EVALUATED, PUSHED, BARE)
        ),
    ),
)
