"""Splunk: fired alerts pushed by the webhook action, notable events of Enterprise Security by search."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Expression,
    Has,
    Instant,
    Literal,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

NOTABLES = "search `notable` | where _time>={since} | sort 0 _time"


def named(*paths: str) -> tuple[Expression, ...]:
    """Whom a finding belongs to; Splunk writes "unassigned" where nobody does."""
    return tuple(Different(path, than=Literal("unassigned")) for path in paths)


INVESTIGATION = IssueMapping(
    name="finding or investigation of Mission Control",
    identifies=Identifies.EVENT,
    when=Every((Some((Has("incident_id"), Has("investigation_guid"))), Some((Has("name"), Has("title"))))),
    title=("title", "name"),
    body="description",
    severity=("urgency", "severity"),
    status=("status_name", "status"),
    service=("app", "source"),
    team=named("owner", "assignee"),
    error_type=("incident_type", "investigation_type"),
    source_created_at=("create_time", Instant("create_time", TimeFormat.EPOCH_SECONDS)),
    resolved_at=("update_time", Instant("update_time", TimeFormat.EPOCH_SECONDS)),
)
NOTABLE = IssueMapping(
    name="notable event",
    identifies=Identifies.EVENT,
    when=Every((Has("event_id"), Some((Has("rule_name"), Has("rule_title"), Has("search_name"))))),
    title=("rule_title", "search_name", "rule_name"),
    body=("rule_description", "description", "_raw"),
    severity=("urgency", "severity"),
    status=("status_label", "status"),
    service=("dest", "dvc", "host", "src", "source"),
    team=named("owner_realname", "owner"),
    error_type=("security_domain", "savedsearch_name", "rule_name"),
    environment="index",
    external_url=("drilldown_search_link", "results_link"),
    source_created_at=("_time", Instant("_time", TimeFormat.EPOCH_SECONDS)),
    resolved_at=("review_time", Instant("review_time", TimeFormat.EPOCH_SECONDS)),
    attributes={"user": "user", "risk_score": "risk_score", "owner": "owner"},
)
PUSHED_ALERT = IssueMapping(
    name="alert of the webhook action",
    identifies=Identifies.EVENT,
    when=Every((Has("sid"), Has("search_name"))),
    title=("result.rule_title", "search_name"),
    body=("result.rule_description", "result.message", "result._raw"),
    severity=("result.urgency", "result.severity", "severity", "result.priority"),
    # The action fires when a search finds something; nothing is sent when it stops finding it.
    status=("result.status_label", "result.status", Literal("triggered")),
    service=("result.service", "result.dest", "result.host", "result.source", "app"),
    team=named("result.owner", "owner"),
    environment=("result.environment", "result.env", "result.index"),
    error_type=("result.error_type", "result.signature", "result.sourcetype"),
    external_url="results_link",
    source_created_at=(
        Instant("result._time", TimeFormat.EPOCH_SECONDS),
        "result._time",
        Instant("result._indextime", TimeFormat.EPOCH_SECONDS),
        "result._indextime",
        Instant("result.trigger_time", TimeFormat.EPOCH_SECONDS),
    ),
    attributes={"app": "app"},
)
FIRED_ALERT = IssueMapping(
    name="fired alert",
    identifies=Identifies.EVENT,
    when=Has("content.savedsearch_name"),
    title="content.savedsearch_name",
    severity="content.severity",
    status=Literal("triggered"),
    service=("acl.app", "content.app"),
    team=("acl.owner", "author"),
    external_url="links.alternate",
    source_created_at=(Instant("content.trigger_time", TimeFormat.EPOCH_SECONDS), "published", "updated"),
    attributes={"alert_type": "content.alert_type", "digest": "content.digest_mode"},
)
CONTAINER = IssueMapping(
    name="container of SOAR",
    identifies=Identifies.EVENT,
    when=Every((Has("name"), Has("source_data_identifier"), Has("label"))),
    title="name",
    body="description",
    severity="severity",
    status="status",
    service=("custom_fields.service", "asset_name"),
    team=named("owner_name"),
    source_created_at=("start_time", "create_time"),
    resolved_at=("close_time", "container_update_time"),
    attributes={"label": "label", "sensitivity": "sensitivity", "tags": "tags"},
)

NOTABLE_SCHEMA = spec.RecordSchema(key="event_id", updated_at=("_time",))
EPOCH_NOTABLE_SCHEMA = spec.RecordSchema(
    key="event_id", updated_at=("_time",), times=spec.TimeFormat.EPOCH_SECONDS
)
CONTAINER_SCHEMA = spec.RecordSchema(
    key="container/{id}", updated_at=("container_update_time", "create_time"), kind="container"
)

CONNECTOR = spec.Connector(
    name="splunk",
    title="Splunk",
    category=spec.Category.SECURITY,
    docs_url="https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTsearch",
    plan="growth",
    base_url="https://{host}:8089",
    credentials=(
        spec.Field("token", "Authentication token", help="Of a user who may search notable events."),
    ),
    config=(spec.Field("host", "Host", help="splunk.acme.example", pattern=spec.HOST),),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="notables",
            path="/services/search/v2/jobs",
            method="POST",
            form=True,
            params=(("exec_mode", "oneshot"), ("output_mode", "json"), ("count", "0")),
            records="results",
            pages=spec.OnePage(),
            schema=NOTABLE_SCHEMA,
            since=spec.Since(
                field="_time",
                param="search",
                template=NOTABLES,
                format=spec.TimeFormat.EPOCH_SECONDS,
                overlap=timedelta(minutes=15),
            ),
            optional=True,
        ),
        spec.Pull(
            name="fired_alerts",
            path="/services/alerts/fired_alerts/-",
            params=(("output_mode", "json"),),
            records="entry",
            pages=spec.OffsetPages(size=100, size_param="count", offset_param="offset"),
            schema=spec.RecordSchema(
                key="content.sid",
                updated_at=("content.trigger_time",),
                times=spec.TimeFormat.EPOCH_SECONDS,
                kind="fired_alert",
            ),
            since=spec.Since(field="content.trigger_time"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="sid"),
                schema=spec.RecordSchema(key="sid", updated_at=(), kind="alert"),
            ),
            spec.WebhookEvent(
                record="result", when=spec.Condition(path="result.event_id"), schema=NOTABLE_SCHEMA
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="event_id"), schema=NOTABLE_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="event_id"), schema=EPOCH_NOTABLE_SCHEMA),
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="data.0.source_data_identifier"),
                schema=CONTAINER_SCHEMA,
            ),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="source_data_identifier"), schema=CONTAINER_SCHEMA
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="investigation_guid"),
                schema=spec.RecordSchema(key="investigation_guid", updated_at=(), kind="investigation"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incident_id"),
                schema=spec.RecordSchema(key="incident_id", updated_at=(), kind="investigation"),
            ),
        ),
        setup="Alert › Add actions › Webhook: the address of this connector. Splunk cannot sign: "
        "put a proxy that adds the header x-causeloop-token in front, or use the address with its token.",
    ),
    issues=(PUSHED_ALERT, NOTABLE, FIRED_ALERT, INVESTIGATION, CONTAINER),
)
