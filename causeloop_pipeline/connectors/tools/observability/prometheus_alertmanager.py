"""Prometheus Alertmanager alerts: the list of those that fire, and its webhooks."""

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
from causeloop_pipeline.connectors.mapping.expressions import Text

LISTED_PAGE = Text("{config.base_url}/#/alerts?filter=%7Balertname%3D%22{labels.alertname}%22%7D")

CONNECTOR = spec.Connector(
    name="prometheus_alertmanager",
    title="Prometheus Alertmanager",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://prometheus.io/docs/alerting/latest/configuration/#webhook_config",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("token", "Bearer token", help="Of the proxy before Alertmanager.", required=False),
        spec.Field("username", "User name", required=False),
        spec.Field("password", "Password", required=False),
    ),
    config=(
        spec.Field(
            "base_url",
            "Alertmanager address",
            help="Such as https://alertmanager.acme.example.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.FirstOf((spec.Bearer(), spec.Basic("{username}", "{password}"), spec.Anonymous())),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/v2/alerts",
            records="",
            pages=spec.OnePage(),
            schema=LISTED_SCHEMA,
            absent_means_ended=FINGERPRINT,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.SharedSecret("authorization", prefix="Bearer "),
            spec.BasicSecret(),
            spec.SharedSecret("x-causeloop-token"),
            spec.OWN_SIGNATURE,
        ),
        events=receive_alerts(),
        setup="alertmanager.yml: a receiver with webhook_configs: the url, send_resolved: true, and "
        "http_config.authorization.credentials with the secret.",
    ),
    issues=tuple(
        replace(mapping, external_url=(*PAGES, LISTED_PAGE)) for mapping in (LISTED, EVALUATED, PUSHED, BARE)
    ),
)
