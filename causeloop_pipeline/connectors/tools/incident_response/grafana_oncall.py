"""Grafana OnCall alert groups, read again until they are resolved, and its outgoing webhooks."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.grafana_alert_groups import (
    ALERT_GROUP,
    ALERT_GROUP_EVENT,
    SENT_ALERT,
    SENT_ALERT_EVENT,
)

CONNECTOR = spec.Connector(
    name="grafana_oncall",
    title="Grafana OnCall",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://grafana.com/docs/oncall/latest/oncall-api-reference/alertgroups/",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("token", "API key", help="OnCall › Settings › API tokens."),),
    config=(
        spec.Field(
            "base_url",
            "OnCall address",
            help="Shown beside the API tokens, such as https://oncall-prod-us-central-0.grafana.net/oncall.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.Headers((("Authorization", "{token}"),)),
    pulls=(
        spec.Pull(
            name="alert_groups",
            path="/api/v1/alert_groups/",
            records="results",
            pages=spec.NextUrlPages(url="next", size=100, size_param="perpage"),
            schema=spec.RecordSchema(updated_at=("resolved_at", "acknowledged_at", "created_at")),
            since=spec.Since(
                field="created_at",
                param="started_at",
                template="{since}_{until}",
                format="%Y-%m-%dT%H:%M:%S",
                overlap=timedelta(hours=1),
            ),
            refresh=spec.Refresh(path="/api/v1/alert_groups/{id}/", record=""),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(ALERT_GROUP_EVENT, SENT_ALERT_EVENT),
        setup=(
            "OnCall › Outgoing webhooks: add one for every status change with the address, the header "
            "X-Causeloop-Token, and the whole payload forwarded."
        ),
    ),
    rate_limit=spec.RateLimit(remaining="ratelimit-remaining", reset="ratelimit-reset"),
    issues=(ALERT_GROUP, SENT_ALERT),
)
