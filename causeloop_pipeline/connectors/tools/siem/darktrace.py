"""Darktrace model breaches and AI Analyst incidents, as its API lists them and its alerts send them."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS
SCORE_BANDS = ((0.8, "critical"), (0.6, "high"), (0.4, "medium"), (0, "low"))
GROUP_SCORE_BANDS = ((80, "critical"), (60, "high"), (40, "medium"), (0, "low"))

BREACH = IssueMapping(
    name="model breach",
    identifies=Identifies.EVENT,
    when=Every((Has("pbid"), Some((Has("model"), Has("score"))))),
    title=("model.now.name", "model.then.name", "model.name", "modelName"),
    body=("model.now.description", "model.then.description", "model.description"),
    severity=("model.now.category", "model.category", Band("score", SCORE_BANDS)),
    # An acknowledgement is how an analyst ends a breach.
    status=Choose(
        Some((Has("acknowledged.time"), Is("acknowledged", ("true",)))),
        Literal("acknowledged"),
        Literal("unacknowledged"),
    ),
    service=("device.hostname", "device.devicelabel", "device.ip", "breachDevices.0.hostname"),
    error_type=(
        "model.now.mitre.techniques.0",
        "mitreTechniques.0.techniqueID",
        "model.now.name",
        "model.name",
    ),
    external_url=("breachUrl", Text("https://{config.host}/#modelbreach/{pbid}")),
    source_created_at=Instant(("creationTime", "time"), MILLISECONDS),
    resolved_at=Instant(("acknowledged.time", "time"), MILLISECONDS),
    attributes={"score": "score", "comments": "commentCount", "device": "device.did"},
)
INCIDENT = IssueMapping(
    name="AI Analyst incident event",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Some((Has("summary"), Has("aiaScore"), Has("groupId"))))),
    title="title",
    body="summary",
    severity=("groupCategory", "category", Band(("groupScore", "aiaScore"), GROUP_SCORE_BANDS)),
    status=Choose(Is("acknowledged", ("true",)), Literal("acknowledged"), Literal("unacknowledged")),
    service=("breachDevices.0.hostname", "breachDevices.0.identifier", "breachDevices.0.ip"),
    error_type=("mitreTactics.0", "attackPhases.0", "category"),
    external_url=("incidentEventUrl", Text("https://{config.host}/#aiaincidentevent/{id}")),
    source_created_at=Instant(("createdAt", "periods.0.start"), MILLISECONDS),
    attributes={"group": ("groupId", "currentGroup"), "score": "aiaScore"},
)
GROUP = IssueMapping(
    name="AI Analyst incident",
    identifies=Identifies.EVENT,
    when=Every((Has("incidentEvents"), Has("groupScore"))),
    title="incidentEvents.0.title",
    severity=("category", Band("groupScore", GROUP_SCORE_BANDS)),
    status=Choose(Is("acknowledged", ("true",)), Literal("acknowledged"), Literal("unacknowledged")),
    error_type=("mitreTactics.0", "category"),
    source_created_at=Instant(("start", "incidentEvents.0.start"), MILLISECONDS),
    resolved_at=Instant("end", MILLISECONDS),
    attributes={"score": "groupScore", "devices": "devices"},
)

BREACH_SCHEMA = spec.RecordSchema(
    key="pbid",
    updated_at=("acknowledged.time", "time", "creationTime"),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
)
INCIDENT_SCHEMA = spec.RecordSchema(
    key="incident/{id}",
    updated_at=("createdAt",),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    kind="incident",
)
GROUP_SCHEMA = spec.RecordSchema(
    key="group/{id}", updated_at=("end", "start"), times=spec.TimeFormat.EPOCH_MILLISECONDS, kind="group"
)


def poll_list(name: str, path: str, schema: spec.RecordSchema, field: str, *, optional: bool) -> spec.Pull:
    """A list of a span of time, all at once."""
    return spec.Pull(
        name=name,
        path=path,
        params=(("includeacknowledged", True),),
        records="",
        pages=spec.OnePage(),
        schema=schema,
        since=spec.Since(
            field=field,
            param="starttime",
            until_param="endtime",
            format=spec.TimeFormat.EPOCH_MILLISECONDS,
            window=timedelta(days=7),
        ),
        optional=optional,
    )


CONNECTOR = spec.Connector(
    name="darktrace",
    title="Darktrace",
    category=spec.Category.SECURITY,
    docs_url="https://customerportal.darktrace.com/product-guides/main/api-model-breaches",
    plan="enterprise",
    base_url="https://{host}",
    credentials=(
        spec.Field("public_token", "Public token", help="System config › Settings › API token."),
        spec.Field("private_token", "Private token"),
    ),
    config=(spec.Field("host", "Host", help="acme-01.cloud.darktrace.com", pattern=spec.HOST_AND_PORT),),
    auth=spec.KeyedHash(
        key="{private_token}",
        signed="<target>\n{public_token}\n<date>",
        date="%Y%m%dT%H%M%S",
        headers=(
            ("DTAPI-Token", "{public_token}"),
            ("DTAPI-Date", "<date>"),
            ("DTAPI-Signature", "<signature>"),
        ),
    ),
    pulls=(
        poll_list("breaches", "/modelbreaches", BREACH_SCHEMA, "time", optional=False),
        poll_list("incidents", "/aianalyst/incidentevents", INCIDENT_SCHEMA, "createdAt", optional=True),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="pbid"), schema=BREACH_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="0.pbid"), schema=BREACH_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="0.aiaScore"), schema=INCIDENT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="aiaScore"), schema=INCIDENT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="groupId"), schema=INCIDENT_SCHEMA),
            spec.WebhookEvent(record="data", when=spec.Condition(path="data.pbid"), schema=BREACH_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="incidentEvents"), schema=GROUP_SCHEMA),
        ),
        setup="System config › Modules › Workflow integrations › Generic webhook: JSON, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(BREACH, INCIDENT, GROUP),
)
