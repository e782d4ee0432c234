"""Honeybadger faults and deploys, and its webhooks, those of uptime checks and check-ins among them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Every,
    Has,
    Is,
    Join,
    Literal,
    SeverityLabel,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import Counted
from causeloop_pipeline.model.issue import FiringStart, Identifies


def map_fault(name: str, prefix: str) -> IssueMapping:
    """A fault at a path."""
    return IssueMapping(
        name=name,
        identifies=Identifies.GROUP,
        when=Every((Has(f"{prefix}klass"), Some((Has(f"{prefix}id"), Has(f"{prefix}resolved"))))),
        title=(Concat((f"{prefix}klass", Literal(": "), f"{prefix}message")), f"{prefix}klass"),
        body=(f"{prefix}message", "message"),
        severity=SeverityLabel(f"{prefix}tags"),
        status=Choose(
            Is(f"{prefix}resolved", ("true",)),
            Literal("resolved"),
            Choose(Is(f"{prefix}ignored", ("true",)), Literal("ignored"), Literal("unresolved")),
        ),
        service=("project.name", f"{prefix}project.name", f"{prefix}component", f"{prefix}project_id"),
        error_type=f"{prefix}klass",
        team=(f"{prefix}assignee.name", "project.teams.0.name"),
        environment=f"{prefix}environment",
        external_url=(f"{prefix}url", f"{prefix}links.web"),
        source_created_at=f"{prefix}created_at",
        resolved_at=f"{prefix}last_notice_at",
        occurrences=Counted(count=f"{prefix}notices_count", last_at=f"{prefix}last_notice_at"),
        attributes={
            "component": f"{prefix}component",
            "action": f"{prefix}action",
            "notices": f"{prefix}notices_count",
            "event": "event",
        },
    )


CHECK = IssueMapping(
    name="webhook of an uptime check",
    identifies=Identifies.CONDITION,
    when=Every((Has("event"), Some((Has("site"), Has("outage"))))),
    title=("message", Text("{site.name} is {event}")),
    body=("outage.reason", "site.url"),
    status=("event", "site.state"),
    service=("site.name", "project.name"),
    error_type=Choose(Has("outage.status"), Text("HTTP {outage.status}"), Literal("uptime")),
    environment="project.environments.0.name",
    external_url=("outage.details_url", "site.details_url", "site.url"),
    source_created_at=("outage.down_at", "site.last_checked_at"),
    firing_start=FiringStart.STATED,
    resolved_at=("outage.up_at", "site.last_checked_at"),
    attributes={"site": "site.url", "project": "project.name"},
)
CHECK_IN = IssueMapping(
    name="webhook of a check-in",
    identifies=Identifies.CONDITION,
    when=Every((Has("event"), Has("check_in"))),
    title=("message", "check_in.name"),
    status=("event", "check_in.state"),
    service=("check_in.name", "project.name"),
    error_type=Literal("check_in"),
    external_url=("check_in.details_url", "check_in.url"),
    source_created_at=("check_in.missed_at", "check_in.expected_at", "check_in.reported_at"),
    firing_start=FiringStart.CHANGED,
    resolved_at=("check_in.reported_at",),
    attributes={"project": "project.name", "schedule": "check_in.schedule_type"},
)
ALARM = IssueMapping(
    name="webhook of an alarm",
    identifies=Identifies.CONDITION,
    when=Every((Has("event"), Has("alarm"))),
    title=("message", "alarm.name"),
    body="alarm.description",
    status=("event", "alarm.state"),
    service=("project.name", "alarm.name"),
    error_type=Literal("alarm"),
    external_url=("alarm.url", "alarm.details_url"),
    source_created_at=("trigger.triggered_at", "alarm.updated_at", "alarm.created_at"),
    firing_start=FiringStart.CHANGED,
    resolved_at=("trigger.recovered_at", "alarm.updated_at"),
)
DEPLOY = ChangeMapping(
    name="deploy",
    when=Some((Has("deploy.revision"), Has("revision"), Has("deploy.environment"))),
    change_kind=Literal("deploy"),
    title=Join(
        (
            ("project.name", "deploy.repository", "repository"),
            ("deploy.environment", "environment"),
            ("deploy.revision", "revision"),
        ),
        " ",
    ),
    service=("project.name", "deploy.repository", "repository", "project_id"),
    environment=("deploy.environment", "environment"),
    external_url=("deploy.url", "url"),
    changed_at=("deploy.created_at", "created_at"),
)
FAULT_SCHEMA = spec.RecordSchema(updated_at=())


def receive_event(path: str, key: str, kind: str) -> spec.WebhookEvent:
    """A webhook about the object at a path."""
    return spec.WebhookEvent(
        record="",
        when=spec.Condition(path=path),
        schema=spec.RecordSchema(key=key, updated_at=(), kind=kind),
    )


CONNECTOR = spec.Connector(
    name="honeybadger",
    title="Honeybadger",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.honeybadger.io/api/faults/",
    plan="free",
    base_url="https://app.honeybadger.io",
    site=(),
    credentials=(spec.Field("token", "Personal authentication token"),),
    config=(spec.Field("projects", "Project IDs", pattern=r"[0-9]+", type="list"),),
    auth=spec.Basic("{token}", ""),
    pulls=(
        spec.Pull(
            name="faults",
            path="/v2/projects/{item}/faults",
            params=(("order", "recent"),),
            records="results",
            pages=spec.NextUrlPages(url="links.next", size=25, size_param="limit"),
            # A resolved fault keeps the time of its last notice: versions count when they arrive.
            schema=FAULT_SCHEMA,
            since=spec.Since(
                field="last_notice_at", param="occurred_after", format=spec.TimeFormat.EPOCH_SECONDS
            ),
            for_each="projects",
        ),
        spec.Pull(
            name="deploys",
            path="/v2/projects/{item}/deploys",
            records="results",
            pages=spec.NextUrlPages(url="links.next", size=25, size_param="limit"),
            schema=spec.RecordSchema(key="deploy/{id}", updated_at=("created_at",), kind="change"),
            since=spec.Since(field="created_at", newest_first=True),
            for_each="projects",
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.UrlSecret()),
        events=(
            receive_event("fault.id", "fault.id", "event"),
            receive_event("outage", "site/{site.id}", "uptime"),
            receive_event("site.id", "site/{site.id}", "uptime"),
            receive_event("check_in.id", "check_in/{check_in.id}", "check_in"),
            receive_event("alarm.id", "alarm/{alarm.id}", "alarm"),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="deploy.id"),
                schema=spec.RecordSchema(
                    key="deploy/{deploy.id}", updated_at=("deploy.created_at",), kind="change"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="deploy.created_at"),
                schema=spec.RecordSchema(
                    key="deploy/{project.id}/{deploy.created_at}",
                    updated_at=("deploy.created_at",),
                    kind="change",
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="klass"), schema=FAULT_SCHEMA),
        ),
        setup="Project settings › Alerts & integrations › WebHook: the address with ?token= and the secret, "
        "for all events.",
    ),
    issues=(map_fault("webhook of a fault", "fault."), CHECK, CHECK_IN, ALARM, map_fault("fault", "")),
    changes=(DEPLOY,),
)
