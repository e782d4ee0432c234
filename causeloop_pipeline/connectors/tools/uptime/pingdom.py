"""Pingdom alerts, listed by time and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Is,
    Match,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import FiringStart, Identifies

CHANGE = IssueMapping(
    name="state change",
    identifies=Identifies.CONDITION,
    when=Every((Has("check_name"), Has("current_state"))),
    title=(Text("{check_name} is {current_state}"), "check_name"),
    body=("long_description", "description"),
    severity="importance_level",
    status="current_state",
    service=("check_name", "check_params.hostname"),
    error_type=Match("description", r"^(?!OK$).+"),
    team=Tag("tags", "team"),
    environment=(Tag("tags", "env|environment"), "tags.0"),
    external_url=(
        "check_params.full_url",
        Text("https://my.pingdom.com/app/reports/uptime#check={check_id}"),
    ),
    source_created_at=Instant("state_changed_timestamp", TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("state_changed_timestamp", TimeFormat.EPOCH_SECONDS),
    attributes={"check_type": "check_type", "location": "first_probe.location", "tags": "tags"},
)
ALERT = IssueMapping(
    name="listed alert",
    identifies=Identifies.EVENT,
    when=Every((Has("checkid"), Some((Has("messageshort"), Has("messagefull"))))),
    title=("messagefull", "messageshort"),
    body="messagefull",
    status="messageshort",
    service=Text("check {checkid}"),
    error_type="messageshort",
    external_url=Text("https://my.pingdom.com/app/reports/uptime#check={checkid}"),
    source_created_at=Instant("time", TimeFormat.EPOCH_SECONDS),
    resolved_at=Instant("time", TimeFormat.EPOCH_SECONDS),
    job="checkid",
    succeeded=Is("messageshort", ("up", "up alert")),
    is_watched=True,
    attributes={"via": "via"},
)
CHECK = IssueMapping(
    name="check",
    identifies=Identifies.CONDITION,
    when=Every((Has("status"), Has("hostname"))),
    title=Text("{name} is {status}"),
    status="status",
    service=("name", "hostname"),
    team=Tag("tags", "team"),
    environment=Tag("tags", "env|environment"),
    external_url=Text("https://my.pingdom.com/app/reports/uptime#check={id}"),
    source_created_at=Instant(("lasterrortime", "created"), TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    attributes={"tags": "tags", "hostname": "hostname"},
)
CHECK_SCHEMA = spec.RecordSchema(
    key="id",
    updated_at=("lasttesttime", "created"),
    times=spec.TimeFormat.EPOCH_SECONDS,
    kind="check",
    keep=Among("status", ("down", "unconfirmed_down", "up")),
)
SCHEMA = spec.RecordSchema(
    key="check_id", updated_at=("state_changed_timestamp",), times=spec.TimeFormat.EPOCH_SECONDS
)

CONNECTOR = spec.Connector(
    name="pingdom",
    title="Pingdom",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.pingdom.com/api/#tag/Actions",
    plan="free",
    base_url="https://api.pingdom.com",
    site=(),
    credentials=(spec.Field("token", "API token", help="With read access."),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/3.1/actions",
            records="actions.alerts",
            pages=spec.OffsetPages(size=300),
            schema=spec.RecordSchema(
                key="{checkid}/{time}",
                updated_at=("time",),
                times=spec.TimeFormat.EPOCH_SECONDS,
                kind="alert",
            ),
            since=spec.Since(field="time", param="from", format=spec.TimeFormat.EPOCH_SECONDS),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(),),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="check_id"), schema=SCHEMA),
            spec.WebhookEvent(
                record="checks", when=spec.Condition(path="checks.0.status"), schema=CHECK_SCHEMA
            ),
            spec.WebhookEvent(record="check", when=spec.Condition(path="check.status"), schema=CHECK_SCHEMA),
        ),
        setup="Integrations › Webhook: the address with ?token= and the secret; add it to the checks.",
    ),
    issues=(CHANGE, ALERT, CHECK),
)
