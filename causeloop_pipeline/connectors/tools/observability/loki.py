"""Alerts of the rules of Grafana Loki or Mimir, read where no Alertmanager stands between."""

from dataclasses import replace

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.alertmanager_alerts import (
    BARE,
    EVALUATED,
    FINGERPRINT,
    FORMER_SCHEMA,
    IS_FAILURE,
    LISTED,
    PAGES,
    PUSHED,
    receive_alerts,
)
from causeloop_pipeline.connectors.mapping.expressions import Text
from causeloop_pipeline.connectors.record_filters import Among, Both

PAGE = Text("{config.web_url}/alerting/list?search={labels.alertname}")
SCHEMA = replace(
    FORMER_SCHEMA,
    key="{labels.alertname}/{activeAt}",
    kind="evaluated",
    keep=Both(IS_FAILURE, Among("state", ("firing",))),
)

CONNECTOR = spec.Connector(
    name="loki",
    title="Grafana Loki",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://grafana.com/docs/loki/latest/reference/loki-http-api/#list-alerts",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("token", "Bearer token", help="Of the proxy before Loki.", required=False),
        spec.Field("username", "User name", required=False),
        spec.Field("password", "Password", required=False),
    ),
    config=(
        spec.Field(
            "base_url", "Address of Loki", help="Such as https://loki.acme.example.", pattern=r"https?://\S+"
        ),
        spec.Field(
            "tenant",
            "Tenant",
            help="The X-Scope-OrgID where it is multi-tenant.",
            required=False,
            default="fake",
            pattern=r"[\w.|-]+",
        ),
        spec.Field(
            "web_url",
            "Address of Grafana",
            help="For links.",
            required=False,
            pattern=r"https?://\S+",
        ),
    ),
    site=("tenant",),
    auth=spec.FirstOf((spec.Bearer(), spec.Basic("{username}", "{password}"), spec.Anonymous())),
    headers=(("X-Scope-OrgID", "{tenant}"),),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/prometheus/api/v1/alerts",
            records="data.alerts",
            pages=spec.OnePage(),
            schema=SCHEMA,
            absent_means_ended=FINGERPRINT,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.SharedSecret("authorization", prefix="Bearer "),
            spec.SharedSecret("x-causeloop-token"),
        ),
        events=receive_alerts(),
        setup="The Alertmanager of Loki's ruler: a receiver with webhook_configs, send_resolved: true.",
    ),
    issues=(
        *(replace(mapping, external_url=(*PAGES, PAGE)) for mapping in (LISTED, EVALUATED, PUSHED, BARE)),
    ),
)
