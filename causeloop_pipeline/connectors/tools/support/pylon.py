"""Pylon issues, listed by windows of time and pushed by triggers."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    PlainText,
    SeverityLabel,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Some((Has("title"), Has("number"))), Has("state"))),
    title=("title", Text("Issue {number}")),
    body=PlainText("body_html"),
    severity=("custom_fields.priority.value", "priority", SeverityLabel("tags")),
    status="state",
    service=("custom_fields.product.value", Tag("tags", "service|product"), "account.id"),
    error_type="type",
    team=("team.name", "team.id"),
    environment=Tag("tags", "env|environment"),
    external_url=("link", Text("https://app.usepylon.com/issues?issueNumber={number}")),
    source_created_at="created_at",
    resolved_at=("resolution_time", "latest_message_time"),
    attributes={"number": "number", "tags": "tags", "source": "source"},
)
SCHEMA = spec.RecordSchema(updated_at=("updated_at", "latest_message_time", "created_at"))

CONNECTOR = spec.Connector(
    name="pylon",
    title="Pylon",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://docs.usepylon.com/pylon-docs/developer/api/api-reference/issues",
    plan="starter",
    base_url="https://api.usepylon.com",
    site=(),
    credentials=(spec.Field("token", "API token"),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="issues",
            path="/issues",
            records="data",
            pages=spec.TokenPages(
                next_path="pagination.cursor", param="cursor", more_path="pagination.has_next_page"
            ),
            schema=SCHEMA,
            since=spec.Since(
                field="created_at", param="start_time", until_param="end_time", window=timedelta(days=30)
            ),
            refresh=spec.Refresh(path="/issues/{id}", record="data"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature(
                "pylon-webhook-signature",
                signed="{timestamp}.{body}",
                timestamp_header="pylon-webhook-timestamp",
            ),
        ),
        events=(
            spec.WebhookEvent(record="data.issue", schema=SCHEMA),
            spec.WebhookEvent(record="issue", schema=SCHEMA),
            spec.WebhookEvent(record="data", when=spec.Condition(path="data.state"), schema=SCHEMA),
        ),
        setup="Settings › Webhooks: a destination, and a trigger on changed issues that sends to it.",
    ),
    issues=(ISSUE,),
)
