"""Dead Man's Snitch: jobs that did not report, pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, SeverityLabel, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import FiringStart, Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every((Has("type"), Has("data.snitch"))),
    title=Text("{data.snitch.name} is {data.snitch.status}"),
    body="data.snitch.notes",
    severity=(SeverityLabel("data.snitch.tags"), "data.snitch.status"),
    status="data.snitch.status",
    service="data.snitch.name",
    error_type="type",
    environment=Tag("data.snitch.tags", "env|environment"),
    external_url=Text("https://deadmanssnitch.com/snitches/{data.snitch.token}"),
    source_created_at="timestamp",
    firing_start=FiringStart.CHANGED,
    resolved_at="timestamp",
    attributes={"tags": "data.snitch.tags", "previous": "data.snitch.previous_status"},
)

LISTED = IssueMapping(
    name="snitch of the API",
    identifies=Identifies.CONDITION,
    when=Every((Has("token"), Has("status"), Has("name"))),
    title=Text("{name} is {status}"),
    body="notes",
    severity=(SeverityLabel("tags"), "status"),
    status="status",
    service="name",
    environment=Tag("tags", "env|environment"),
    external_url=Text("https://deadmanssnitch.com/snitches/{token}"),
    source_created_at=("checked_in_at", "created_at"),
    firing_start=FiringStart.CHANGED,
    attributes={"tags": "tags", "interval": "interval"},
)

CONNECTOR = spec.Connector(
    name="dead_mans_snitch",
    title="Dead Man's Snitch",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://deadmanssnitch.com/docs/integrations/webhooks",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="data.snitch.token"),
                schema=spec.RecordSchema(key="data.snitch.token", updated_at=("timestamp",)),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="check_in_url"),
                schema=spec.RecordSchema(
                    key="token", updated_at=(), kind="snitch", keep=Among("status", ("missing", "errored"))
                ),
            ),
        ),
        setup="Add a webhook with the address; append ?token= and the secret.",
    ),
    issues=(ALERT, LISTED),
)
