"""Sumo Logic monitors: searched with their present state, and their alerts pushed by webhook connections."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Moment,
    Some,
    Tag,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS
TEMPLATE = (
    '{"monitor_id": "{{Id}}", "name": "{{Name}}", "description": "{{Description}}", "trigger_type": '
    '"{{TriggerType}}", "trigger_time": "{{TriggerTimeStart}}", "alert_url": "{{AlertResponseUrl}}", '
    '"query_url": "{{QueryUrl}}", "results": "{{ResultsJson}}"}'
)


def any_time(*paths: str) -> Moment:
    """ISO 8601, or milliseconds as in search results."""
    return (Instant(paths), Instant(paths, MILLISECONDS))


MONITOR = IssueMapping(
    name="monitor",
    identifies=Identifies.CONDITION,
    when=Every((Has("item.id"), Has("item.name"))),
    title="item.name",
    body="item.description",
    severity="item.status.0",
    status="item.status.0",
    service=(Tag("item.tags", "service|app"), "path"),
    team=Tag("item.tags", "team|owner"),
    environment=Tag("item.tags", "environment|env"),
    error_type=("item.monitorType", "item.contentType"),
    source_created_at="item.createdAt",
    resolved_at="item.modifiedAt",
    attributes={"path": "path"},
)
ALERT = IssueMapping(
    name="webhook",
    identifies=Identifies.CONDITION,
    when=Every(
        (
            Some(
                (
                    *(Has(name) for name in ("trigger_type", "triggerType", "TriggerType")),
                    Every((Has("status"), Some((Has("monitorId"), Has("monitor_id"), Has("monitor_name"))))),
                )
            ),
            Some((Has("name"), Has("Name"), Has("monitor_name"))),
        )
    ),
    title=("name", "Name", "monitor_name"),
    body=("description", "Description", "trigger_condition", "triggerCondition"),
    severity=("severity", "trigger_type", "triggerType", "TriggerType"),
    status=("status", "trigger_type", "triggerType", "TriggerType"),
    service=("service", "entities.0.name", "source_host", "SourceURL", "collector"),
    team="team",
    environment="environment",
    error_type=("detection_method", "detectionMethod", "monitor_type", "monitorType"),
    external_url=(
        *("alert_url", "alertResponseUrl", "alertResponseURL", "AlertResponseUrl", "AlertResponseURL"),
        *("query_url", "queryURL", "QueryUrl", "QueryURL"),
    ),
    source_created_at=any_time(
        "trigger_time", "triggerTime", "triggerTimeStart", "TriggerTimeStart", "timestamp", "createdAt"
    ),
    firing_start=FiringStart.CHANGED,
    resolved_at=any_time(
        "resolvedAt", "trigger_time", "triggerTime", "triggerTimeStart", "TriggerTimeStart", "timestamp"
    ),
    attributes={"value": ("trigger_value", "triggerValue"), "query": ("query", "Query")},
)
MESSAGE = IssueMapping(
    name="message of a search",
    identifies=Identifies.EVENT,
    when=Every((Has("_messageid"), Has("_raw"))),
    title="_raw",
    service=("_sourcecategory", "_sourceCategory", "_collector"),
    environment="_collector",
    source_created_at=any_time("_messagetime", "_receipttime"),
    attributes={"host": "_sourcehost", "source": "_sourcename"},
)


def receive_event(path: str) -> spec.WebhookEvent:
    """A webhook's body whose monitor is named at a path; its times are as the template wrote them."""
    return spec.WebhookEvent(
        record="",
        when=spec.Condition(path=path),
        schema=spec.RecordSchema(key=path, updated_at=(), kind="alert"),
    )


CONNECTOR = spec.Connector(
    name="sumo_logic",
    title="Sumo Logic",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://api.sumologic.com/docs/#operation/monitorsSearch",
    plan="growth",
    base_url="https://{host}",
    credentials=(spec.Field("access_id", "Access ID"), spec.Field("access_key", "Access key")),
    config=(
        spec.Field(
            "host",
            "API host",
            help="Of your deployment, such as api.eu.sumologic.com.",
            required=False,
            default="api.sumologic.com",
            pattern=r"api\.([a-z0-9]+\.)?sumologic\.com",
        ),
    ),
    auth=spec.Basic("{access_id}", "{access_key}"),
    pulls=tuple(
        spec.Pull(
            name=f"{state}_monitors",
            path="/api/v1/monitors/search",
            params=(("query", f"type:monitor monitorStatus:{word}"),),
            records="",
            pages=spec.OffsetPages(size=1000),
            # The list says nothing of when a monitor's state changed.
            schema=spec.RecordSchema(key="item.id", updated_at=()),
        )
        for state, word in (("critical", "Critical"), ("warning", "Warning"), ("missing", "MissingData"))
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.BasicSecret(), spec.OWN_SIGNATURE),
        events=(
            receive_event("monitor_id"),
            receive_event("monitorId"),
            receive_event("Id"),
            receive_event("item.id"),
            receive_event("_messageid"),
            receive_event("id"),
        ),
        setup="Manage Data › Monitoring › Connections › Webhook: the address with the header "
        f"x-causeloop-token; alert and recovery payload {TEMPLATE}",
    ),
    issues=(MONITOR, MESSAGE, ALERT),
)
