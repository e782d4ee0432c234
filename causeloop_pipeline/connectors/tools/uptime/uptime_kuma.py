"""Uptime Kuma heartbeats, pushed by its webhook notification."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Choose, Every, Has, Is, Literal, Some, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

HEARTBEAT = IssueMapping(
    name="heartbeat",
    identifies=Identifies.CONDITION,
    when=Some((Has("heartbeat"), Every((Has("monitor"), Has("msg"))))),
    title=("title", "msg", Text("{monitor.name} is {heartbeat.status}")),
    body=("heartbeat.msg", "msg"),
    severity=(
        "urgency",
        Choose(
            Has("heartbeat.important"),
            Choose(Is("heartbeat.important", ("true", "1")), Literal("important"), Literal("unimportant")),
        ),
    ),
    status=Text("heartbeat {heartbeat.status}"),
    service=("monitor.name", "monitor.hostname"),
    error_type=("heartbeat.msg",),
    environment=Tag("monitor.tags", "env|environment"),
    external_url=Text("{config.base_url}/dashboard/{monitor.id}"),
    source_created_at="heartbeat.time",
    firing_start=FiringStart.CHANGED,
    resolved_at="heartbeat.time",
    attributes={"type": "monitor.type", "url": "monitor.url", "duration": "heartbeat.duration"},
)

CONNECTOR = spec.Connector(
    name="uptime_kuma",
    title="Uptime Kuma",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://github.com/louislam/uptime-kuma/wiki",
    plan="free",
    config=(
        spec.Field(
            "base_url",
            "Address of Uptime Kuma",
            help="Where people open it, for links: https://status.acme.example.",
            required=False,
            pattern=r"https?://\S+",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.UrlSecret()),
        ignore=(spec.Condition(path="msg", values=frozenset({"Uptime Kuma Testing", "Testing"})),),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="heartbeat.status"),
                schema=spec.RecordSchema(key="monitor.id", updated_at=("heartbeat.time",)),
            ),
        ),
        setup="Settings › Notifications › Webhook (application/json), with the header X-Causeloop-Token.",
    ),
    issues=(HEARTBEAT,),
)
