"""Elastic Security detection alerts: searched through Kibana, or pushed by a rule's webhook action."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.elastic_alerts import list_paths, list_spellings
from causeloop_pipeline.connectors.mapping.expressions import Band, Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

RISK_BANDS = ((73, "critical"), (47, "high"), (21, "medium"), (0, "low"))


def map_alert(prefix: str) -> IssueMapping:
    """The meaning of an alert whose document is under a prefix."""
    names = list_spellings("kibana.alert.rule.name", prefix)
    return IssueMapping(
        name="alert of a search" if prefix else "alert",
        identifies=Identifies.EVENT,
        when=Some(tuple(Has(path) for path in names)),
        title=list_paths(prefix, "kibana.alert.rule.name"),
        body=list_paths(prefix, "kibana.alert.reason", "kibana.alert.rule.description"),
        severity=(
            *list_spellings("kibana.alert.severity", prefix),
            *list_spellings("kibana.alert.rule.severity", prefix),
            Band(list_spellings("kibana.alert.risk_score", prefix), RISK_BANDS),
        ),
        status=list_paths(prefix, "kibana.alert.workflow_status", "kibana.alert.status"),
        service=list_paths(prefix, "service.name", "host.name", "agent.name", "kibana.alert.instance.id"),
        team=list_paths(prefix, "kibana.alert.workflow_assignee_ids.0"),
        environment=list_paths(
            prefix, "service.environment", "kibana.space_ids.0", "orchestrator.cluster.name"
        ),
        error_type=(
            *list_spellings("kibana.alert.rule.parameters.threat.0.technique.0.id", prefix),
            *list_spellings("kibana.alert.rule.category", prefix),
            *list_spellings("kibana.alert.rule.rule_type_id", prefix),
        ),
        external_url=list_paths(prefix, "kibana.alert.url"),
        source_created_at=list_paths(
            prefix, "kibana.alert.start", "kibana.alert.original_time", "@timestamp"
        ),
        resolved_at=list_paths(
            prefix, "kibana.alert.workflow_status_updated_at", "kibana.alert.end", "@timestamp"
        ),
        attributes={
            "rule": list_spellings("kibana.alert.rule.uuid", prefix),
            "risk_score": list_spellings("kibana.alert.risk_score", prefix),
            "user_name": list_spellings("user.name", prefix),
            "process": list_spellings("process.name", prefix),
        },
    )


FORMER_SIGNAL = IssueMapping(
    name="signal of version 7",
    identifies=Identifies.EVENT,
    when=Has("_source.signal.rule.name"),
    title="_source.signal.rule.name",
    body="_source.signal.rule.description",
    severity=("_source.signal.rule.severity", Band("_source.signal.rule.risk_score", RISK_BANDS)),
    status="_source.signal.status",
    service=("_source.service.name", "_source.host.name", "_source.agent.name"),
    error_type=("_source.signal.rule.threat.0.technique.0.id", "_source.signal.rule.type"),
    source_created_at=("_source.signal.original_time", "_source.@timestamp"),
    resolved_at="_source.@timestamp",
)
ACTION = IssueMapping(
    name="alert of a webhook action",
    identifies=Identifies.EVENT,
    when=Every((Has("alert_id"), Some((Has("rule_name"), Has("rule.name"))))),
    title=("rule_name", "rule.name"),
    body=("reason", "message"),
    severity=("severity", "rule.severity"),
    status=("status", "workflow_status"),
    service=("service", "host"),
    external_url=("url", "alert_url"),
    source_created_at=("timestamp", "@timestamp", "date"),
)

CASE = IssueMapping(
    name="case",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Has("status"), Has("owner"))),
    title="title",
    body="description",
    severity="severity",
    status="status",
    error_type="category",
    external_url=Text("https://{config.kibana}/app/security/cases/{id}"),
    source_created_at="created_at",
    resolved_at=("closed_at", "updated_at"),
    attributes={"tags": "tags", "owner": "owner", "alerts": "totalAlerts"},
)
CASE_SCHEMA = spec.RecordSchema(key="case/{id}", updated_at=("updated_at", "created_at"), kind="case")
HIT_SCHEMA = spec.RecordSchema(key="_id", updated_at=("_source.@timestamp",))

CONNECTOR = spec.Connector(
    name="elastic_security",
    title="Elastic Security",
    category=spec.Category.SECURITY,
    docs_url="https://www.elastic.co/docs/api/doc/kibana/operation/operation-searchalerts",
    plan="starter",
    base_url="https://{kibana}",
    credentials=(spec.Field("api_key", "API key", help="With read access to .alerts-security.alerts-*."),),
    config=(
        spec.Field(
            "kibana", "Kibana host", help="acme.kb.eu-central-1.aws.cloud.es.io", pattern=spec.HOST_AND_PORT
        ),
    ),
    auth=spec.Headers((("Authorization", "ApiKey {api_key}"),)),
    headers=(("kbn-xsrf", "causeloop"),),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/detection_engine/signals/search",
            method="POST",
            params=(("sort", ("@timestamp", "kibana.alert.uuid")),),
            records="hits.hits",
            pages=spec.LastRecordPages(path="sort", param="search_after", size=500, size_param="size"),
            schema=HIT_SCHEMA,
            since=spec.Since(field="_source.@timestamp", param="query.range.@timestamp.gte"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="_source"), schema=HIT_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alert_id"),
                schema=spec.RecordSchema(key="alert_id", updated_at=("timestamp",), kind="action"),
            ),
            spec.WebhookEvent(record="cases", schema=CASE_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="totalComment"), schema=CASE_SCHEMA),
            spec.WebhookEvent(
                record="alerts",
                schema=spec.RecordSchema(key="_id", updated_at=("@timestamp",), kind="alert"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="kibana.alert.uuid"),
                schema=spec.RecordSchema(key="kibana.alert.uuid", updated_at=("@timestamp",), kind="alert"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path=r"kibana\.alert\.uuid"),
                schema=spec.RecordSchema(
                    key=r"kibana\.alert\.uuid", updated_at=("@timestamp",), kind="alert"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="_id"),
                schema=spec.RecordSchema(key="_id", updated_at=("@timestamp",), kind="alert"),
            ),
        ),
        setup="Rule › Actions › Webhook connector with the header x-causeloop-token; body "
        '{"alerts": {{{context.alerts}}}}',
    ),
    issues=(CASE, map_alert("_source."), map_alert(""), FORMER_SIGNAL, ACTION),
)
