"""Checkly alerts, listed by time and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Every,
    Has,
    Is,
    Kind,
    Literal,
    Match,
    Matches,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

CAUSE = Match(("check_error_message", "error"), r"^\s*([^\n]+)")
RECOVERIES = ("alert_recovery", "alert_degraded_recovery", "no_alert")
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Some((Has("alert_type"), Has("alertType"), Matches("event", r"^ALERT_|^NO_ALERT$"))),
            Some((Has("check_name"), Has("name"), Has("checkId"))),
        )
    ),
    title=(
        Match("event", r"^.* .*$"),
        "title",
        Concat(
            (("check_name", "name"), Literal(": "), Match(("check_error_message", "error"), r"^\s*([^\n]+)"))
        ),
        Text("{check_name}: {event}"),
        Text("{check_name}: {alert_type}"),
        Text("{name}: {alertType}"),
        Text("Check {checkId}: {alertType}"),
    ),
    body=("check_error_message", "error"),
    severity=("alert_type", "alertType", "event"),
    status=("alert_type", "alertType", "event"),
    service=("check_name", "name", "checkId"),
    error_type=("check_type", "checkType"),
    team="group_name",
    external_url=("link", "result_link", Text("https://app.checklyhq.com/checks/{checkId}")),
    source_created_at=("started_at", "created_at"),
    resolved_at=("started_at", "created_at"),
    # A recovery is an alert of its own, with an id of its own.
    job=("check_id", "checkId"),
    succeeded=Is(("alert_type", "alertType", "event"), RECOVERIES),
    is_watched=True,
    attributes={
        "status_code": ("api_check_response_status_code", "statusCode"),
        "response_time": "response_time",
        "location": ("run_location", "runLocation"),
    },
)

RESULT = IssueMapping(
    name="check result or status",
    identifies=Identifies.CONDITION,
    when=Every((Kind(("result",)), Has("checkId"), Has("name"), Has("hasFailures"))),
    title=Choose(Is("isDegraded", ("true",)), Text("{name} is degraded"), Text("{name} is failing")),
    severity=Choose(Is("isDegraded", ("true",)), Literal("alert_degraded"), Literal("alert_failure")),
    status=Choose(
        Is("isDegraded", ("true",)),
        Literal("alert_degraded"),
        Choose(
            Some((Is("hasFailures", ("true",)), Is("hasErrors", ("true",)))),
            Literal("alert_failure"),
            Literal("alert_recovery"),
        ),
    ),
    service="name",
    external_url=Text("https://app.checklyhq.com/checks/{checkId}"),
    source_created_at=("startedAt", "updated_at", "created_at"),
    firing_start=FiringStart.CHANGED,
    attributes={"response_time": "responseTime", "location": ("runLocation", "lastRunLocation")},
)


def has_failed(result: spec.Record) -> bool:
    """Whether a check failed, broke or was too slow."""
    return any(result.get(name) for name in ("hasFailures", "hasErrors", "isDegraded"))


RESULT_SCHEMA = spec.RecordSchema(
    key="{checkId}/{id}", updated_at=("stoppedAt", "created_at"), kind="result", keep=has_failed
)
STATUS_SCHEMA = spec.RecordSchema(key="checkId", updated_at=("updated_at", "created_at"), kind="result")

CONNECTOR = spec.Connector(
    name="checkly",
    title="Checkly",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://developers.checklyhq.com/reference/getv1checkalerts",
    plan="free",
    base_url="https://api.checklyhq.com",
    site=("account",),
    credentials=(spec.Field("api_key", "API key"),),
    config=(spec.Field("account", "Account ID", pattern=r"[0-9a-fA-F-]{36}"),),
    auth=spec.Bearer("{api_key}"),
    headers=(("X-Checkly-Account", "{account}"),),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/v1/check-alerts",
            records="",
            pages=spec.NumberedPages(size_param="limit"),
            schema=spec.RecordSchema(key="{checkId}/{id}", updated_at=("created_at",)),
            since=spec.Since(
                field="created_at", param="from", until_param="to", format=spec.TimeFormat.EPOCH_SECONDS
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-checkly-signature"),),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="check_id"),
                schema=spec.RecordSchema(key="{check_id}/{check_result_id}", updated_at=("started_at",)),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="runLocation"), schema=RESULT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="lastCheckRunId"), schema=STATUS_SCHEMA),
        ),
        setup="Alert channels › Webhook: the default body, with a secret.",
    ),
    issues=(ALERT, RESULT),
)
