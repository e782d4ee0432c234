"""Kibana alerts of any rule: searched in Elasticsearch, or pushed by a rule's webhook action."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.elastic_alerts import list_paths, list_spellings
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Different,
    Every,
    Has,
    Is,
    Literal,
    Some,
    Tag,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

TEMPLATE = (
    '{"alert_uuid": "{{alert.uuid}}", "alert_id": "{{alert.id}}", "rule_id": "{{rule.id}}", "rule_name": '
    '"{{rule.name}}", "action_group": "{{alert.actionGroup}}", "reason": "{{context.reason}}", '
    '"url": "{{context.alertDetailsUrl}}", "date": "{{date}}", "tags": "{{rule.tags}}"}'
)


def rule_tag(prefix: str, names: str) -> tuple[Tag, ...]:
    """A tag of the rule or of the alert."""
    return tuple(Tag(path, names) for path in list_paths(prefix, "kibana.alert.rule.tags", "tags"))


def map_alert(name: str, prefix: str) -> IssueMapping:
    """The meaning of an alert whose document is under a prefix."""
    workflow = list_spellings("kibana.alert.workflow_status", prefix)
    state = list_spellings("kibana.alert.status", prefix)
    return IssueMapping(
        name=name,
        identifies=Identifies.EVENT,
        when=Some(tuple(Has(path) for path in list_spellings("kibana.alert.rule.name", prefix))),
        title=list_paths(prefix, "kibana.alert.rule.name"),
        body=list_paths(prefix, "kibana.alert.reason", "kibana.alert.evaluation.conditions"),
        severity=(
            *list_spellings("kibana.alert.severity", prefix),
            *list_paths(prefix, "kibana.alert.rule.parameters.severity"),
            *rule_tag(prefix, "severity|priority"),
        ),
        # A person's word comes before the rule's; open is what it says before anyone spoke.
        status=Choose(Is(workflow, ("acknowledged", "closed")), (*workflow, *state), (*state, *workflow)),
        service=(
            *list_paths(prefix, "service.name"),
            *rule_tag(prefix, "service"),
            *list_paths(prefix, "host.name", "monitor.name", "kibana.alert.instance.id"),
        ),
        team=rule_tag(prefix, "team|owner"),
        environment=(
            *list_paths(prefix, "service.environment"),
            *rule_tag(prefix, "environment|env"),
            *list_paths(prefix, "kibana.space_ids.0"),
        ),
        error_type=list_paths(
            prefix, "error.type", "kibana.alert.rule.rule_type_id", "kibana.alert.rule.category"
        ),
        external_url=list_paths(prefix, "kibana.alert.url"),
        source_created_at=list_paths(prefix, "kibana.alert.start", "@timestamp"),
        resolved_at=list_paths(prefix, "kibana.alert.end", "@timestamp"),
        attributes={
            "rule": list_spellings("kibana.alert.rule.uuid", prefix),
            "instance": list_spellings("kibana.alert.instance.id", prefix),
            "action_group": list_spellings("kibana.alert.action_group", prefix),
            "flapping": list_spellings("kibana.alert.flapping", prefix),
        },
    )


RULE_NAMES = ("rule_name", "ruleName", "rule.name", "alert_name", "alertName", "name")
RULE_IDS = ("rule_id", "ruleId", "rule.id")
INSTANCES = ("alert_instance_id", "alertInstanceId", "alert_id", "alertId", "alert.id", "kibana.alert.id")
TIMES = ("date", "lastReceived", "context_timestamp", "context.timestamp", "context.date", "timestamp")
ACTION = IssueMapping(
    name="webhook action",
    identifies=Identifies.CONDITION,
    when=Every(
        (
            Some(tuple(Has(path) for path in RULE_NAMES)),
            Some(tuple(Has(path) for path in (*INSTANCES, "alert_uuid", "actionGroup", *RULE_IDS))),
        )
    ),
    title=RULE_NAMES,
    body=(
        *("reason", "context.reason", "message", "context.message", "contextMessage", "context_message"),
        "context_reason",
    ),
    severity=("severity", Tag("tags", "severity|priority"), Tag("ruleTags", "severity|priority")),
    status=(
        *("status", "action_group", "actionGroup", "alert.actionGroup", "kibana.alert.actionGroup"),
        *("action_group_name", "alertActionGroup", "alert_state", "context_alertState", "context.alertState"),
    ),
    service=(
        "service",
        Tag("tags", "service"),
        Tag("contextTags", "service"),
        "context.serviceName",
        "host",
        Different(INSTANCES, than=Literal("query matched")),
    ),
    team=(Tag("tags", "team|owner"), Tag("ruleTags", "team|owner")),
    environment=(
        *("environment", "context.environment"),
        Tag("tags", "environment|env"),
        *("space_id", "spaceId", "rule.space"),
    ),
    error_type=("rule_type", "ruleType", "rule.type", "ruleTypeId"),
    external_url=("url", "alert_url", "context.alertDetailsUrl", "rule_url", "ruleUrl", "rule.url"),
    source_created_at=(*TIMES, "@timestamp"),
    firing_start=FiringStart.CHANGED,
    resolved_at=(*TIMES, "@timestamp"),
    attributes={"rule": RULE_IDS, "value": ("value", "context.value", "context_value")},
)

ALERT_SCHEMA = spec.RecordSchema(key="_id", updated_at=("@timestamp",), kind="alert")
HIT_SCHEMA = spec.RecordSchema(key="_id", updated_at=("_source.@timestamp",))


def receive_alert(path: str, key: str, kind: str, *times: str) -> spec.WebhookEvent:
    """A body that is one alert, identified by the value at a path."""
    return spec.WebhookEvent(
        record="",
        when=spec.Condition(path=path),
        schema=spec.RecordSchema(key=key, updated_at=times, kind=kind),
    )


def names_rule(body: spec.Record) -> bool:
    """Whether a body says of which rule its alert is: rules give their alerts the same ids."""
    return any(body.get(key) for key in ("rule_id", "ruleId"))


def names_no_rule(body: spec.Record) -> bool:
    """Whether nothing but the alert's own id tells it from others."""
    return not names_rule(body)


def receive_flat_alerts(alert_id: str, rule_id: str) -> tuple[spec.WebhookEvent, ...]:
    """Bodies of flat keys, which hold the id of an alert, with or without that of its rule."""
    keys = ((f"{{{rule_id}}}/{{{alert_id}}}", names_rule), (f"{{{alert_id}}}", names_no_rule))
    return tuple(
        spec.WebhookEvent(
            record="",
            when=spec.Condition(path=alert_id),
            schema=spec.RecordSchema(key=key, updated_at=(), kind="action", keep=keep),
        )
        for key, keep in keys
    )


CONNECTOR = spec.Connector(
    name="kibana",
    title="Elastic / Kibana Alerting",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://www.elastic.co/docs/explore-analyze/alerts-cases/alerts/view-alerts",
    plan="free",
    base_url="https://{elasticsearch}",
    credentials=(spec.Field("api_key", "API key", help="With read access to the indices .alerts-*."),),
    config=(
        spec.Field(
            "elasticsearch",
            "Elasticsearch host",
            help="acme.es.eu-central-1.aws.cloud.es.io",
            pattern=spec.HOST_AND_PORT,
        ),
    ),
    auth=spec.Headers((("Authorization", "ApiKey {api_key}"),)),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/.alerts-*/_search",
            method="POST",
            params=(("sort", ("@timestamp", "kibana.alert.uuid")),),
            records="hits.hits",
            pages=spec.LastRecordPages(path="sort", param="search_after", size=500, size_param="size"),
            schema=HIT_SCHEMA,
            since=spec.Since(field="_source.@timestamp", param="query.range.@timestamp.gte"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.BasicSecret(), spec.OWN_SIGNATURE),
        events=(
            receive_alert("_source", "_id", "hit", "_source.@timestamp"),
            receive_alert("alert_uuid", "alert_uuid", "action", "date"),
            receive_alert("alertUuid", "alertUuid", "action"),
            receive_alert("alert.uuid", "alert.uuid", "action", "date"),
            receive_alert("kibana.alert.id", "{rule.id}/{kibana.alert.id}", "action", "@timestamp"),
            receive_alert("alert.id", "{rule.id}/{alert.id}", "action", "date"),
            # Before version 8 the id of an alert was that of its rule.
            receive_alert("alert_instance_id", "{alert_id}/{alert_instance_id}", "action"),
            receive_alert("alertInstanceId", "{alertId}/{alertInstanceId}", "action"),
            *receive_flat_alerts("alert_id", "rule_id"),
            *receive_flat_alerts("alertId", "ruleId"),
            receive_alert("rule_id", "{rule_id}", "action"),
            receive_alert("ruleId", "{ruleId}", "action"),
            receive_alert("fingerprint", "{fingerprint}", "action"),
            receive_alert("kibana.alert.uuid", "kibana.alert.uuid", "alert", "@timestamp"),
            receive_alert(r"kibana\.alert\.uuid", r"kibana\.alert\.uuid", "alert", "@timestamp"),
            spec.WebhookEvent(
                record="alerts",
                when=spec.Condition(path="alerts.0._id"),
                schema=ALERT_SCHEMA,
            ),
            *(
                spec.WebhookEvent(record=f"alerts.{group}.data", schema=ALERT_SCHEMA)
                for group in ("all", "new", "ongoing", "recovered")
            ),
            receive_alert("_id", "_id", "alert", "@timestamp"),
        ),
        setup="Rule › Actions › Webhook connector with the header x-causeloop-token, for each alert when it "
        f"starts and when it recovers; body {TEMPLATE}",
    ),
    issues=(map_alert("alert of a search", "_source."), map_alert("alert", ""), ACTION),
)
