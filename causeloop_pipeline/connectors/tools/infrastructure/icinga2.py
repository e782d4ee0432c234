"""Icinga 2: hosts and services with a problem, listed until it is over; notification scripts push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Instant,
    Join,
    Kind,
    Literal,
    Match,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

CHANGED = Instant(("attrs.last_state_change", "attrs.last_hard_state_change"), TimeFormat.EPOCH_SECONDS)
STATE = Match("attrs.state", r"^0*(\d+)(?:\.0*)?$")
OUTPUT = Match("attrs.last_check_result.output", r"^\s*([^\n]+)")
SERVICE = IssueMapping(
    name="service",
    identifies=Identifies.CONDITION,
    when=Every((Kind(("service",)), Has("attrs.host_name"))),
    title=(
        Concat((Text("{attrs.host_name} {attrs.display_name}: "), OUTPUT)),
        Text("{attrs.host_name} {attrs.display_name}"),
    ),
    body="attrs.last_check_result.output",
    severity=Concat((Literal("service "), STATE)),
    status=Concat((Literal("service "), STATE)),
    service=(
        *("attrs.vars.service", "attrs.vars.application", "joins.host.vars.service"),
        *("joins.host.vars.application", "attrs.host_name"),
    ),
    error_type=("attrs.check_command", "attrs.name"),
    team=("attrs.vars.team", "joins.host.vars.team", "attrs.groups.0"),
    environment=(
        *("attrs.vars.environment", "attrs.vars.env"),
        *("joins.host.vars.environment", "joins.host.vars.env", "attrs.zone"),
    ),
    external_url=(
        "attrs.notes_url",
        Text("{config.web_url}/icingadb/service?name={attrs.name}&host.name={attrs.host_name}"),
    ),
    source_created_at=CHANGED,
    firing_start=FiringStart.CHANGED,
    attributes={"host": "attrs.host_name", "check": "attrs.name"},
)
HOST = IssueMapping(
    name="host",
    identifies=Identifies.CONDITION,
    when=Every((Kind(("host",)), Has("attrs.name"))),
    title=(Concat((Text("{attrs.display_name} is down: "), OUTPUT)), Text("{attrs.display_name} is down")),
    body="attrs.last_check_result.output",
    severity=Concat((Literal("host "), STATE)),
    status=Concat((Literal("host "), STATE)),
    service=("attrs.vars.service", "attrs.vars.application", "attrs.name"),
    error_type=("attrs.check_command", Literal("host_down")),
    team=("attrs.vars.team", "attrs.groups.0"),
    environment=("attrs.vars.environment", "attrs.vars.env", "attrs.zone"),
    external_url=("attrs.notes_url", Text("{config.web_url}/icingadb/host?name={attrs.name}")),
    source_created_at=CHANGED,
    firing_start=FiringStart.CHANGED,
    attributes={"host": "attrs.name", "address": "attrs.address"},
)
NOTIFICATION = IssueMapping(
    name="notification",
    identifies=Identifies.CONDITION,
    when=Every((Has("host_name"), Has("state"))),
    title=(
        Concat((Join(("host_name", ("service_display_name", "service_name"))), Literal(": "), "output")),
        Join(("host_name", "service_name")),
    ),
    body="output",
    severity="state",
    status="state",
    service="host_name",
    error_type=("check_command", "service_name", Literal("host_down")),
    external_url=("url", Text("{config.web_url}/icingadb/host?name={host_name}")),
    source_created_at=("date", Instant("date", TimeFormat.EPOCH_SECONDS)),
    firing_start=FiringStart.CHANGED,
    attributes={"type": "type", "check": "service_name", "author": "author"},
)


def poll_problems(kind: str, key: str, fields: tuple[str, ...], ids: str) -> spec.Pull:
    """All objects of a kind with a problem that has lasted: those that are well again are not listed."""
    return spec.Pull(
        name=f"{kind}s",
        path=f"/v1/objects/{kind}s",
        params=(
            ("filter", f"{kind}.state!=0 && {kind}.state_type==1"),
            *(("attrs", name) for name in (*fields, *ATTRIBUTES)),
            *((("joins", "host.vars"),) if kind == "service" else ()),
        ),
        records="results",
        pages=spec.OnePage(),
        schema=spec.RecordSchema(
            key=key,
            updated_at=("attrs.last_hard_state_change",),
            times=TimeFormat.EPOCH_SECONDS,
            kind=kind,
        ),
        absent_means_ended=ids,
    )


ATTRIBUTES = (
    "name",
    "display_name",
    "state",
    "last_state_change",
    "last_hard_state_change",
    "last_check_result",
    "check_command",
    "groups",
    "vars",
    "zone",
    "notes_url",
)

CONNECTOR = spec.Connector(
    name="icinga2",
    title="Icinga 2",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://icinga.com/docs/icinga-2/latest/doc/12-icinga2-api/",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field(
            "user", "API user", help="An ApiUser with the permissions objects/query/Host and Service."
        ),
        spec.Field("password", "Password"),
    ),
    config=(
        spec.Field(
            "base_url",
            "Address of Icinga's API",
            help="Such as https://icinga.acme.example:5665.",
            pattern=r"https?://\S+",
        ),
        spec.Field(
            "web_url",
            "Address of Icinga Web",
            help="For links: https://icinga.acme.example/icingaweb2.",
            required=False,
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.Basic("{user}", "{password}"),
    body_errors=(spec.BodyError(path="status", matches="^No objects found", then="empty"),),
    headers=(("Accept", "application/json"),),
    pulls=(
        poll_problems("service", "{attrs.host_name}!{attrs.name}", ("host_name",), r".+!.+"),
        poll_problems("host", "{attrs.name}", ("address",), r"[^!]+"),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="service_name"),
                schema=spec.RecordSchema(
                    key="{host_name}!{service_name}", updated_at=(), kind="notification"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="host_name"),
                schema=spec.RecordSchema(key="host_name", updated_at=(), kind="notification"),
            ),
        ),
        setup="A NotificationCommand that posts host_name, service_name, state, output, type and date "
        "($icinga.long_date_time$ or $icinga.timet$) as JSON with the header X-Causeloop-Token.",
    ),
    issues=(SERVICE, HOST, NOTIFICATION),
)
