"""Zabbix problems, read by its JSON-RPC API and pushed by a media type."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Element,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Match,
    Not,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import FiringStart, Identifies


def tagged(path: str, *names: str) -> tuple[Element | Tag, ...]:
    """A tag of the first of some names: Zabbix writes objects with `tag` and `value`, macros one text."""
    return (*(Element(path, "tag", name) for name in names), Tag(path, "|".join(names)))


def written(day: str, hour: str) -> Instant:
    """The macros of a date and a time, `2026.03.02` and `09:00:00`, as one moment."""
    year, month, date = (Match(day, pattern) for pattern in (r"^(\d{4})\.", r"\.(\d\d)\.", r"\.(\d\d)$"))
    return Instant(Concat((year, Literal("-"), month, Literal("-"), date, Literal("T"), hour)))


PROBLEM = IssueMapping(
    name="problem",
    identifies=Identifies.EVENT,
    when=Every((Has("eventid"), Has("name"))),
    title="name",
    body="opdata",
    severity=Text("severity {severity}"),
    # Its recovery is an event of its own: the problem itself never tells when that was.
    status=Choose(
        Some((Is("r_clock", ("0",)), Not(Has("r_clock")))),
        Choose(Is("acknowledged", ("1",)), Literal("acknowledged"), Literal("problem")),
        Literal("resolved"),
    ),
    service=(
        *tagged("tags", "service", "component", "application"),
        "hosts.0.name",
        "hosts.0.host",
    ),
    team=tagged("tags", "team", "owner"),
    environment=tagged("tags", "env", "environment"),
    external_url=Text("{config.base_url}/tr_events.php?triggerid={objectid}&eventid={eventid}"),
    source_created_at=Instant("clock", TimeFormat.EPOCH_SECONDS),
    resolved_at=Instant("r_clock", TimeFormat.EPOCH_SECONDS),
    job="objectid",
    succeeded=Is("value", ("0",)),
    is_watched=True,
    attributes={"tags": "tags", "trigger": "objectid"},
)
PUSHED = IssueMapping(
    name="webhook",
    identifies=Identifies.EVENT,
    when=Some((Has("event_id"), Has("event_nseverity"), Has("trigger_id"), Has("hostname"))),
    title=("title", "event_name", "trigger_name", "alert_subject", "trigger"),
    body=("description", "alert_message", "message", "item"),
    severity=(Text("severity {event_nseverity}"), "event_severity", "trigger_severity", "severity"),
    status=(Text("value {event_value}"), "event_status", "trigger_status", "status"),
    service=(
        *tagged("event_tags", "service", "component", "application"),
        "host_name",
        "event_host",
        "host",
        "hostname",
    ),
    team=tagged("event_tags", "team", "owner"),
    environment=tagged("event_tags", "env", "environment"),
    external_url=(
        Text("{zabbix_url}/tr_events.php?triggerid={trigger_id}&eventid={event_id}"),
        *("zabbix_url", "url", "event_url", "trigger_url", "link"),
        Text("{config.base_url}/tr_events.php?triggerid={trigger_id}&eventid={event_id}"),
    ),
    source_created_at=(
        Instant("event_timestamp", TimeFormat.EPOCH_SECONDS),
        written("event_date", "event_time"),
    ),
    resolved_at=(
        Instant("event_recovery_timestamp", TimeFormat.EPOCH_SECONDS),
        written("event_recovery_date", "event_recovery_time"),
        written("event_date", "event_time"),
    ),
    attributes={"trigger": "trigger_id", "tags": "event_tags"},
)

TRIGGER = IssueMapping(
    name="trigger",
    identifies=Identifies.CONDITION,
    when=Every((Has("triggerid"), Has("description"), Has("value"))),
    title="description",
    body="comments",
    severity=Text("severity {priority}"),
    status=Text("value {value}"),
    service=("hosts.0.name", "hosts.0.host"),
    external_url=Text("{config.base_url}/tr_events.php?triggerid={triggerid}"),
    source_created_at=Instant("lastchange", TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    attributes={"trigger": "triggerid"},
)
CONNECTOR = spec.Connector(
    name="zabbix",
    title="Zabbix",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://www.zabbix.com/documentation/current/en/manual/api/reference/event/get",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("token", "API token"),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="problems",
            path="/api_jsonrpc.php",
            method="POST",
            params=(
                ("jsonrpc", "2.0"),
                ("id", 1),
                ("method", "event.get"),
                ("params.output", "extend"),
                ("params.selectHosts", ("name",)),
                ("params.selectTags", "extend"),
                ("params.sortfield", ("clock", "eventid")),
            ),
            records="result",
            pages=spec.LastRecordPages(
                path="eventid", param="params.eventid_from", size=1000, size_param="params.limit"
            ),
            schema=spec.RecordSchema(
                key="eventid",
                updated_at=("clock",),
                times=spec.TimeFormat.EPOCH_SECONDS,
                keep=Among("value", ("1", "0")),
            ),
            since=spec.Since(field="clock", param="params.time_from", format=spec.TimeFormat.EPOCH_SECONDS),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="event_id"),
                schema=spec.RecordSchema(
                    key="event_id", updated_at=(), kind="event", embedded=("event_tags",)
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="hostname"),  # as media types for chats write it
                schema=spec.RecordSchema(
                    key="trigger/{triggerid|trigger}", updated_at=(), kind="message", unless="lastchange"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="triggerid"),
                schema=spec.RecordSchema(
                    key="trigger/{triggerid}",
                    updated_at=("lastchange",),
                    times=spec.TimeFormat.EPOCH_SECONDS,
                    kind="trigger",
                    keep=Among("value", ("1",)),
                ),
            ),
        ),
        setup="Alerts › Media types › Webhook that posts its parameters as JSON: event_id {EVENT.ID}, "
        "event_value {EVENT.VALUE}, event_nseverity {EVENT.NSEVERITY}, title {EVENT.NAME}, host_name "
        "{HOST.NAME}, event_tags {EVENT.TAGSJSON}, trigger_id {TRIGGER.ID}, event_timestamp "
        "{EVENT.TIMESTAMP}, event_recovery_timestamp {EVENT.RECOVERY.TIMESTAMP}, and zabbix_url with the "
        "frontend's address.",
    ),
    issues=(PUSHED, PROBLEM, TRIGGER),
)
