"""Firebase alerts: Crashlytics, Performance and App Distribution, pushed as CloudEvents."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Every,
    Has,
    Join,
    Literal,
    Match,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import Once
from causeloop_pipeline.model.issue import Identifies


def map_alert(name: str, prefix: str, around: str) -> IssueMapping:
    """An alert whose data is at a path, with the attributes of its event at another."""
    payload = f"{prefix}payload"
    kind: tuple[str | Match, ...] = (f"{around}alerttype", Match(f"{payload}.@type", r"([^.]+)Payload$"))
    return IssueMapping(
        name=name,
        identifies=Identifies.GROUP,
        when=Every((Has(f"{prefix}createTime"), Has(payload))),
        title=(
            f"{payload}.issue.title",
            Concat((f"{payload}.metricType", Literal(": "), f"{payload}.eventName")),
            f"{payload}.eventName",
            f"{payload}.testerName",
            f"{payload}.text",
            *kind,
        ),
        body=Join(
            (
                f"{payload}.issue.subtitle",
                f"{payload}.conditionType",
                f"{payload}.stackTrace",
                f"{payload}.text",
            ),
            "\n",
        ),
        severity=kind,
        status=Choose(Has(f"{payload}.resolveTime"), Literal("resolved"), Literal("open")),
        service=(
            f"{around}appid",
            f"{payload}.appId",
            f"{payload}.issue.appVersion",
            f"{payload}.appVersion",
        ),
        environment=Match(f"{around}source", r"projects/([^/]+)"),
        error_type=kind,
        external_url=(f"{payload}.investigateUri", f"{payload}.feedbackConsoleUri"),
        source_created_at=f"{prefix}createTime",
        resolved_at=(f"{payload}.resolveTime", f"{prefix}endTime"),
        occurrences=Once(at=f"{prefix}createTime"),
        attributes={
            "version": (f"{payload}.issue.appVersion", f"{payload}.appVersion"),
            "crash_percentage": f"{payload}.crashPercentage",
        },
    )


def receive_alerts(prefix: str) -> tuple[spec.WebhookEvent, ...]:
    """The alerts whose data is at a path: of an issue, or of a metric."""
    return tuple(
        spec.WebhookEvent(
            record="",
            when=spec.Condition(path=f"{prefix}{path}"),
            schema=spec.RecordSchema(key=key, updated_at=(f"{prefix}createTime",), kind="alert"),
        )
        for path, key in (
            ("payload.issue.id", f"{prefix}payload.issue.id"),
            ("payload.metricType", f"{{{prefix}payload.metricType}}/{{{prefix}payload.eventName}}"),
            ("payload", f"{prefix}createTime"),
        )
    )


CONNECTOR = spec.Connector(
    name="firebase_alerts",
    title="Firebase Alerts",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://firebase.google.com/docs/functions/alert-events",
    plan="free",
    webhook=spec.Webhook(
        signatures=(
            spec.SharedSecret("authorization", prefix="Bearer "),
            spec.SharedSecret("x-causeloop-token"),
            spec.UrlSecret(),
        ),
        events=(*receive_alerts("data."), *receive_alerts("")),
        setup="Cloud Functions: a function on Firebase alerts that posts the event to the address, with the "
        "header x-causeloop-token; or an Eventarc trigger with ?token= in the address.",
    ),
    issues=(map_alert("event with its attributes", "data.", ""), map_alert("event", "", "")),
)
