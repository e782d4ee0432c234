"""LogicMonitor alerts: listed by their start, open ones read again, pushed by a custom HTTP delivery."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Match,
    Moment,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

SECONDS = TimeFormat.EPOCH_SECONDS
TEMPLATE = (
    '{"alertid": "##ALERTID##", "internalid": "##INTERNALID##", "alertstatus": "##ALERTSTATUS##", "level": '
    '"##LEVEL##", "datasource": "##DATASOURCE##", "datapoint": "##DATAPOINT##", "instance": "##INSTANCE##", '
    '"host": "##HOST##", "group": "##GROUP##", "startepoch": "##STARTEPOCH##", "endepoch": "##ENDEPOCH##", '
    '"value": "##VALUE##", "alerturl": "##ALERTDETAILURL##"}'
)


def any_time(*paths: str) -> Moment:
    """An epoch, or a time that a template wrote: in UTC, or with the name of the account's zone."""
    return (Instant(paths, SECONDS), Instant(paths), Instant(paths, TimeFormat.ZONE_NAME))


DELIVERED = IssueMapping(
    name="delivery",
    identifies=Identifies.EVENT,
    when=Every((Has("alertid"), Has("alertstatus"))),
    title=(Join((("datasource", "eventsource", "batchjob"), "datapoint", "host"), " · "), "message"),
    body=("eventmsg", "message", "alertmessage", "dsdesc"),
    severity=("level", "severity"),
    status="alertstatus",
    service=("service", "host", "website"),
    team=("team", "group"),
    environment=(
        "environment",
        Match("group", r"(?i)\b(production|prod|staging|stage|development|dev|test)\b"),
    ),
    error_type=("datapoint", "alerttype", "datasource"),
    external_url=("alerturl", "alertdetailurl", "url", "hosturl", "serviceurl"),
    source_created_at=any_time("startepoch", "start", "starttime", "date"),
    resolved_at=any_time("endepoch", "end", "endtime", "date"),
    attributes={"instance": "instance", "value": "value", "internal_id": "internalid"},
)
LISTED = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Some((Has("internalId"), Has("monitorObjectName"))), Has("startEpoch"))),
    title=Join(("resourceTemplateName", "dataPointName", "monitorObjectName"), " · "),
    body=("detailMessage.body", "detailMessage.subject", "instanceDescription"),
    severity="severity",
    status=Choose(
        Is("cleared", ("true",)),
        Literal("clear"),
        Choose(Is("acked", ("true",)), Literal("ack"), Literal("active")),
    ),
    service=("monitorObjectName", "instanceName"),
    team=("monitorObjectGroups.0.name", "rule"),
    error_type=("dataPointName", "resourceTemplateName"),
    source_created_at=Instant("startEpoch", SECONDS),
    resolved_at=Instant("endEpoch", SECONDS),
    attributes={"rule": "rule", "chain": "chain", "value": "alertValue", "instance": "instanceName"},
)
# An alert that has not ended has 0 as its end: versions are ordered by when they arrive.
LISTED_SCHEMA = spec.RecordSchema(updated_at=(), times=spec.TimeFormat.EPOCH_SECONDS)

CONNECTOR = spec.Connector(
    name="logicmonitor",
    title="LogicMonitor",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://www.logicmonitor.com/support/rest-api-developers-guide/v3/alerts/get-alerts",
    plan="growth",
    base_url="https://{account}.logicmonitor.com/santaba/rest",
    credentials=(spec.Field("token", "Bearer token", help="Of an API user that may view alerts."),),
    config=(
        spec.Field("account", "Account", help="The first part of your address.", pattern=spec.HOST_LABEL),
    ),
    auth=spec.Bearer(),
    headers=(("X-Version", "3"),),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/alert/alerts",
            params=(("sort", "+startEpoch"),),
            records="items",
            pages=spec.OffsetPages(size=1000, size_param="size"),
            schema=LISTED_SCHEMA,
            since=spec.Since(
                field="startEpoch",  # there is no filter by the end, hence the refresh
                param="filter",
                template='startEpoch>:{since},cleared:"*"',
                format=spec.TimeFormat.EPOCH_SECONDS,
                overlap=timedelta(hours=1),
            ),
            refresh=spec.Refresh(path="/alert/alerts/{id}", record=""),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.BasicSecret(), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="data.items", when=spec.Condition(path="data.items"), schema=LISTED_SCHEMA
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alertid"),
                schema=spec.RecordSchema(key="alertid", updated_at=(), kind="delivery"),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="internalId"), schema=LISTED_SCHEMA),
        ),
        setup="Settings › Integrations › Custom HTTP delivery: POST to the address with the header "
        f"x-causeloop-token, for active, acknowledged and cleared alerts; data {TEMPLATE}",
    ),
    rate_limit=spec.RateLimit(remaining="x-rate-limit-remaining", reset="x-rate-limit-window"),
    issues=(DELIVERED, LISTED),
)
