"""Wazuh alerts: read from the indexer, or pushed by the integrator."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Band, Every, Has, Instant, Literal, Match, Some
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

LEVEL_BANDS = ((12, "critical"), (8, "high"), (5, "medium"), (0, "low"))

INDEXED = IssueMapping(
    name="indexed alert",
    identifies=Identifies.EVENT,
    when=Has("_source.rule.description"),
    title="_source.rule.description",
    body="_source.full_log",
    severity=Band("_source.rule.level", LEVEL_BANDS),
    status=Literal("triggered"),
    service=("_source.agent.name", "_source.predecoder.hostname", "_source.manager.name"),
    team=("_source.agent.labels.team", "_source.agent.labels.group"),
    environment=("_source.agent.labels.environment", "_source.cluster.name"),
    error_type=("_source.rule.mitre.technique.0", "_source.rule.groups.0", "_source.rule.id"),
    source_created_at=("_source.timestamp", r"_source.@timestamp"),
    attributes={
        "rule": "_source.rule.id",
        "level": "_source.rule.level",
        "groups": "_source.rule.groups",
        "location": "_source.location",
    },
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Has("rule.description"),
    title="rule.description",
    body="full_log",
    severity=Band("rule.level", LEVEL_BANDS),
    status=Literal("triggered"),
    service=("agent.name", "predecoder.hostname", "manager.name"),
    team=("agent.labels.team", "agent.labels.group"),
    environment=("agent.labels.environment", "cluster.name"),
    error_type=("rule.mitre.technique.0", "rule.groups.0", "rule.id"),
    source_created_at=("timestamp", "@timestamp"),
    attributes={
        "rule": "rule.id",
        "level": "rule.level",
        "groups": "rule.groups",
        "location": "location",
    },
)
INTEGRATED = IssueMapping(
    name="alert of an integration script",
    identifies=Identifies.EVENT,
    when=Every((Has("message"), Has("severity"), Some((Has("created_at"), Has("all_fields"))))),
    title=("title", "message"),
    body=("description", "text"),
    severity="severity",
    status=("status", Literal("triggered")),
    service=("all_fields.agent.name", "agent_name"),
    error_type=("all_fields.rule.groups.0", "rule_id"),
    source_created_at=(
        "all_fields.timestamp",
        "created_at",
        # Scripts that replace the colon of the zone by a dot.
        Instant(Match("created_at", r"^([0-9T:.-]+[+-][0-9]{2})[.]00$")),
    ),
)

ALERT_SCHEMA = spec.RecordSchema(updated_at=("timestamp", "@timestamp"))
INDEXED_SCHEMA = spec.RecordSchema(key="_source.id", updated_at=("_source.timestamp", "_source.@timestamp"))

CONNECTOR = spec.Connector(
    name="wazuh",
    title="Wazuh",
    category=spec.Category.SECURITY,
    docs_url="https://documentation.wazuh.com/current/user-manual/wazuh-indexer/index-management.html",
    plan="free",
    base_url="https://{host}:9200",
    credentials=(
        spec.Field("username", "User", help="Of the indexer, with read rights on wazuh-alerts-*."),
        spec.Field("password", "Password"),
    ),
    config=(spec.Field("host", "Indexer host", pattern=spec.HOST),),
    auth=spec.Basic("{username}", "{password}"),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/wazuh-alerts-*/_search",
            params=(("sort", "timestamp:asc"),),
            records="hits.hits",
            pages=spec.OffsetPages(size=1000, size_param="size", offset_param="from"),
            schema=INDEXED_SCHEMA,
            since=spec.Since(
                field="_source.timestamp",
                param="q",
                template='rule.level:[7 TO *] AND timestamp:["{since}" TO *]',
                ascending=True,
                restart_after=9_000,  # from + size may not pass 10,000
                overlap=timedelta(minutes=10),
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="_source.rule"), schema=INDEXED_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="rule.description"), schema=ALERT_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="all_fields.id"),
                schema=spec.RecordSchema(
                    key="all_fields.id", updated_at=("all_fields.timestamp",), kind="integration"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="created_at"),
                schema=spec.RecordSchema(key="{created_at}/{message}", updated_at=(), kind="integration"),
            ),
        ),
        setup="ossec.conf › integration: a custom script that posts the alert's JSON, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(INDEXED, ALERT, INTEGRATED),
)
