"""Alerta: alerts by their last change; an alert keeps its id each time that it comes back."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every((Has("id"), Has("event"), Has("resource"))),
    title=(
        Text("{event} on {resource}: {text}"),
        Text("{event} on {resource}: {value}"),
        Text("{event} on {resource}"),
    ),
    body=("text", "value"),
    severity="severity",
    status="status",
    service=("service.0", "resource"),
    error_type="event",
    team=("attributes.team", Tag("tags", "team"), "group"),
    environment="environment",
    external_url=(Text("{config.web_url}/alert/{id}"), Text("{config.base_url}/alert/{id}")),
    source_created_at=("createTime", "receiveTime"),
    firing_start=FiringStart.CHANGED,
    resolved_at=("updateTime", "lastReceiveTime"),
    attributes={"resource": "resource", "origin": "origin", "value": "value", "group": "group"},
)
SCHEMA = spec.RecordSchema(key="id", updated_at=("updateTime", "lastReceiveTime"))

CONNECTOR = spec.Connector(
    name="alerta",
    title="Alerta",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.alerta.io/api/reference.html",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("key", "API key", help="With the scope read:alerts.", required=False),),
    config=(
        spec.Field(
            "base_url",
            "Address of Alerta's API",
            help="Such as https://alerta.acme.example/api.",
            pattern=r"https?://\S+",
        ),
        spec.Field(
            "web_url",
            "Address of Alerta's pages",
            help="For links: https://alerta.acme.example.",
            required=False,
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.FirstOf((spec.Headers((("Authorization", "Key {key}"),)), spec.Anonymous())),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/alerts",
            params=(("sort-by", "lastReceiveTime"),),
            records="alerts",
            pages=spec.NumberedPages(size_param="page-size"),
            schema=SCHEMA,
            since=spec.Since(field="updateTime"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.UrlSecret()),
        events=(
            spec.WebhookEvent(record="alert", schema=SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="lastReceiveId"), schema=SCHEMA),
        ),
        setup="The forwarder or a plugin that posts the alert as JSON, with the header X-Causeloop-Token.",
    ),
    issues=(ALERT,),
)
