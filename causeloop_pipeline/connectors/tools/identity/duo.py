"""Cisco Duo: denied and fraudulent sign-ins, risky events of Trust Monitor, and administrators' changes."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Kind,
    Literal,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

EVENT_TIME = (
    "isotimestamp",
    Instant("timestamp", TimeFormat.EPOCH_SECONDS),
    "timestamp",
    Instant("ts", TimeFormat.EPOCH_SECONDS),
    "ts",
)

SIGN_IN = IssueMapping(
    name="sign-in",
    identifies=Identifies.EVENT,
    when=Every((Has("result"), Some((Has("reason"), Has("factor"), Has("event_type"))))),
    title=Join((Literal("Duo sign-in"), Join(("result", "reason"), ": "))),
    body="reason",
    severity="result",
    status="result",
    service=("application.name", "integration"),
    error_type="reason",
    source_created_at=EVENT_TIME,
    attributes={
        "user_name": ("user.name", "username"),
        "factor": "factor",
        "ip": ("access_device.ip", "ip"),
    },
)
ADMIN_SIGN_IN = IssueMapping(
    name="failed sign-in of an administrator",
    identifies=Identifies.EVENT,
    when=Every((Kind(("admin_sign_in",)), Has("action"))),
    title=Join((Literal("Duo administrator sign-in failed"), "username"), ": "),
    body="description",
    severity=Literal("failure"),
    status=Literal("failure"),
    error_type="action",
    source_created_at=EVENT_TIME,
    attributes={"user_name": "username", "ip": "host"},
)
RISKY_EVENT = IssueMapping(
    name="Trust Monitor event",
    identifies=Identifies.EVENT,
    when=Has("sekey"),
    title=("explanations.0.summary", "type"),
    body=Join(("explanations.0.summary", "explanations.1.summary", "explanations.2.summary")),
    severity=Choose(Is("priority_event", ("true",)), Literal("high"), Literal("medium")),
    status="state",
    service=("surfaced_auth.application.name", "type"),
    error_type=("explanations.0.type", "type"),
    external_url="triage_event_uri",
    source_created_at=Instant("surfaced_timestamp", TimeFormat.EPOCH_MILLISECONDS),
    attributes={"user_name": "surfaced_auth.user.name"},
)
ADMINISTRATION = ChangeMapping(
    name="administrator action",
    when=Has("action"),
    change_kind=Literal("config_change"),
    title=Join(("action", "object", "target.name"), " · "),
    service=("object", "target.name"),
    changed_at=EVENT_TIME,
)


def is_refused(event: spec.Record) -> bool:
    """Whether a sign-in was denied, failed or marked as fraud."""
    return str(event.get("result", "")).lower() not in {"success", "allow", ""}


def is_edit(event: spec.Record) -> bool:
    """Whether an administrator changed something; sign-ins to the console are left out."""
    return "login" not in str(event.get("action"))


SIGN_IN_SCHEMA = spec.RecordSchema(key="txid", updated_at=("isotimestamp",), keep=is_refused)
FORMER_SIGN_IN_SCHEMA = spec.RecordSchema(
    key="{timestamp}/{username}", updated_at=(), kind="former_sign_in", keep=is_refused
)
FAILED_ADMIN_SIGN_IN_SCHEMA = spec.RecordSchema(
    key="admin/{timestamp}/{username}",
    updated_at=(),
    kind="admin_sign_in",
    keep=Among("action", ("admin_login_error",)),
)
ADMINISTRATION_SCHEMA = spec.RecordSchema(
    key="change/{timestamp}/{username}", updated_at=(), kind="change", keep=is_edit
)
RISKY_SCHEMA = spec.RecordSchema(
    key="event/{sekey}",
    updated_at=("surfaced_timestamp",),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    kind="event",
)

CONNECTOR = spec.Connector(
    name="duo",
    title="Cisco Duo",
    category=spec.Category.SECURITY,
    docs_url="https://duo.com/docs/adminapi#authentication-logs",
    plan="starter",
    base_url="https://{api_host}",
    credentials=(
        spec.Field("integration_key", "Integration key", help="Of an Admin API application: Grant read log."),
        spec.Field("secret_key", "Secret key"),
    ),
    config=(spec.Field("api_host", "API host", help="api-1a2b3c4d.duosecurity.com", pattern=spec.HOST),),
    auth=spec.KeyedHash(
        key="{secret_key}",
        signed="<date>\n<method>\n<host>\n<path>\n<query>",
        date="%a, %d %b %Y %H:%M:%S -0000",
        headers=(("Date", "<date>"),),
        username="{integration_key}",
    ),
    pulls=(
        spec.Pull(
            name="sign_ins",
            path="/admin/v2/logs/authentication",
            params=(("sort", "ts:asc"),),
            records="response.authlogs",
            pages=spec.TokenPages(
                next_path="response.metadata.next_offset", param="next_offset", size=1000, size_param="limit"
            ),
            schema=SIGN_IN_SCHEMA,
            since=spec.Since(
                field="isotimestamp",
                param="mintime",
                until_param="maxtime",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
                ascending=True,
            ),
        ),
        spec.Pull(
            name="events",
            path="/admin/v1/trust_monitor/events",
            records="response.events",
            pages=spec.TokenPages(
                next_path="response.metadata.next_offset", param="offset", size=200, size_param="limit"
            ),
            schema=RISKY_SCHEMA,
            since=spec.Since(
                field="surfaced_timestamp",
                param="mintime",
                until_param="maxtime",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
            ),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="response.authlogs", schema=SIGN_IN_SCHEMA),
            spec.WebhookEvent(record="user_auth_logs.authlogs", schema=SIGN_IN_SCHEMA),
            spec.WebhookEvent(record="response.events", schema=RISKY_SCHEMA),
            spec.WebhookEvent(record="authlogs", schema=SIGN_IN_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="sekey"), schema=RISKY_SCHEMA),
            *(
                spec.WebhookEvent(record=record, when=spec.Condition(path=path), schema=schema)
                for record, path in (("response", "response.0.action"), ("", "action"))
                for schema in (FAILED_ADMIN_SIGN_IN_SCHEMA, ADMINISTRATION_SCHEMA)
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="txid"), schema=SIGN_IN_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="isotimestamp"),
                schema=spec.RecordSchema(
                    key="{isotimestamp}/{user.name}", updated_at=("isotimestamp",), keep=is_refused
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="result"), schema=FORMER_SIGN_IN_SCHEMA),
            spec.WebhookEvent(record="response", schema=FORMER_SIGN_IN_SCHEMA),
        ),
        setup="Duo Log Sync, or a script that reads the Admin API, posts each log record, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(ADMIN_SIGN_IN, SIGN_IN, RISKY_EVENT),
    changes=(ADMINISTRATION,),
)
