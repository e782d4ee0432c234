"""Rollbar items and deploys, and its webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Match,
    Some,
    Source,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import Counted
from causeloop_pipeline.model.issue import Identifies

SECONDS = TimeFormat.EPOCH_SECONDS


def map_item(name: str, prefix: str, status: Source) -> IssueMapping:
    """An item at a path."""
    last = f"{prefix}last_occurrence"
    return IssueMapping(
        name=name,
        identifies=Identifies.GROUP,
        when=Every((Has(f"{prefix}title"), Some((Has(f"{prefix}level"), Has(f"{prefix}counter"))))),
        title=f"{prefix}title",
        body=(
            f"{last}.body.trace.exception.message",
            f"{last}.body.trace_chain.0.exception.message",
            f"{last}.body.message.body",
            "data.occurrence.body.trace.exception.message",
            "data.occurrence.body.message.body",
        ),
        severity=(f"{last}.level", f"{prefix}level", "data.occurrence.level"),
        status=status,
        service=(
            f"{last}.server.root",
            f"{prefix}project.name",
            f"{prefix}project_name",
            f"{prefix}project_id",
        ),
        error_type=(
            f"{last}.body.trace.exception.class",
            f"{last}.body.trace_chain.0.exception.class",
            Match(f"{prefix}title", r"^([A-Za-z_][A-Za-z0-9_.:]*(?:Error|Exception|Fault|Warning)):"),
            Match(f"{prefix}framework", r"^[A-Za-z].*"),
        ),
        team=(f"{prefix}assigned_user.username", f"{prefix}assigned_user_id"),
        environment=(f"{prefix}environment", f"{last}.environment"),
        external_url=("data.url", f"{prefix}url"),
        source_created_at=Instant(f"{prefix}first_occurrence_timestamp", SECONDS),
        resolved_at=Instant(
            (f"{prefix}last_resolved_timestamp", f"{prefix}last_occurrence_timestamp"), SECONDS
        ),
        occurrences=Counted(
            count=f"{prefix}total_occurrences",
            last_at=Instant(f"{prefix}last_occurrence_timestamp", SECONDS),
        ),
        attributes={
            "counter": f"{prefix}counter",
            "occurrences": f"{prefix}total_occurrences",
            "platform": f"{prefix}platform",
            "version": f"{prefix}resolved_in_version",
        },
    )


LISTED = map_item("item", "", ("status", "group_status"))
PUSHED = map_item(
    "webhook",
    "data.item.",
    Choose(
        Is("event_name", ("resolved_item",)),
        Literal("resolved"),
        Choose(
            Is("event_name", ("new_item", "reactivated_item", "reopened_item", "occurrence")),
            Literal("active"),
            ("data.item.status", "data.item.group_status"),
        ),
    ),
)
DEPLOY = ChangeMapping(
    name="deploy",
    when=Some((Has("data.deploy.revision"), Has("revision"))),
    change_kind=Literal("deploy"),
    title=Join(
        (
            ("data.deploy.environment", "environment"),
            ("data.deploy.revision", "revision"),
            ("data.deploy.comment", "comment"),
        ),
        " ",
    ),
    service=("data.deploy.project_id", "project_id"),
    environment=("data.deploy.environment", "environment"),
    changed_at=Instant(
        ("data.deploy.finish_time", "data.deploy.start_time", "finish_time", "start_time"), SECONDS
    ),
)
ITEM_SCHEMA = spec.RecordSchema(updated_at=(), times=spec.TimeFormat.EPOCH_SECONDS)


def identify_deploy(prefix: str) -> spec.RecordSchema:
    """A deploy at a path."""
    return spec.RecordSchema(
        key=f"deploy/{{{prefix}id}}",
        updated_at=(f"{prefix}finish_time", f"{prefix}start_time"),
        times=spec.TimeFormat.EPOCH_SECONDS,
        kind="change",
    )


CONNECTOR = spec.Connector(
    name="rollbar",
    title="Rollbar",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.rollbar.com/reference/list-all-items",
    plan="free",
    base_url="https://api.rollbar.com",
    site=(),
    credentials=(spec.Field("token", "Project access token", help="With the scope read."),),
    auth=spec.Headers((("X-Rollbar-Access-Token", "{token}"),)),
    pulls=(
        spec.Pull(
            name="items",
            path="/api/1/items/",
            records="result.items",
            pages=spec.NumberedPages(size=100, size_param="limit"),
            # A resolved item keeps the time of its last occurrence: versions count when they arrive.
            schema=ITEM_SCHEMA,
            since=spec.Since(field="last_occurrence_timestamp", newest_first=True),
            refresh=spec.Refresh(path="/api/1/item/{id}", record="result", ids=r"(?P<id>\d+)"),
        ),
        spec.Pull(
            name="deploys",
            path="/api/1/deploys/",
            records="result.deploys",
            pages=spec.NumberedPages(size=20, size_param="limit"),
            schema=identify_deploy(""),
            since=spec.Since(field="start_time", newest_first=True),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        ignore=(spec.Condition(path="event_name", values=frozenset({"test"})),),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="data.item.id"),
                schema=spec.RecordSchema(key="data.item.id", updated_at=(), kind="event"),
            ),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="data.deploy"), schema=identify_deploy("data.deploy.")
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="result.title"), schema=ITEM_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="counter"), schema=ITEM_SCHEMA),
        ),
        setup="Project settings › Notifications › Webhook: the address with ?token= and the secret; rules "
        "for new, reactivated, reopened and resolved items, and deploys.",
    ),
    body_errors=(spec.BodyError(path="err"),),
    issues=(PUSHED, LISTED),
    changes=(DEPLOY,),
)
