"""Failures that AWS services report through EventBridge, and the deployments among what succeeded."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.json_paths import first_at
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Every,
    Has,
    Is,
    Join,
    Literal,
    Match,
    Matches,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping

NAMES = (
    "detail.pipeline",
    "detail.project-name",
    "detail.jobName",
    "detail.name",
    "detail.application",
    "detail.service",
    "detail.repository-name",
    "detail.alarmName",
    "detail.AutoScalingGroupName",
    "detail.SourceIdentifier",
    "detail.group",
    "detail.instance-id",
    "detail.serviceName",
)
STATES = (
    "detail.state.value",
    "detail.state",
    "detail.status",
    "detail.build-status",
    "detail.statusCode",
    "detail.scan-status",
    "detail.eventName",
    "detail.lastStatus",
)
REASONS = (
    "detail.eventDescription.0.latestDescription",
    "detail.execution-result.external-execution-summary",
    "detail.additional-information.phases.0.phase-context.0",
    "detail.message",
    "detail.Message",
    "detail.reason",
    "detail.statusReason",
    "detail.stoppedReason",
    "detail.StatusMessage",
    "detail.cause",
    "detail.error",
    "detail.description",
    "detail.state.reason",
)
QUIET = frozenset(
    {
        *("started", "succeeded", "success", "in_progress", "in progress", "running", "pending", "submitted"),
        *("runnable", "starting", "queued", "resumed", "superseded", "created", "ready", "start", "complete"),
        *("provisioning", "activating", "deactivating", "stopping", "shutting-down", "stopped", "terminated"),
        *("canceled", "cancelled", "aborted", "info", "completed", "steady_state", "service_steady_state"),
    }
)


def is_failure(record: spec.Record) -> bool:
    """Whether an event reports that something went wrong; an image scan, that it found something."""
    counts = first_at(record, ("detail.finding-severity-counts",))
    if isinstance(counts, dict):
        return any(counts.get(level) for level in ("CRITICAL", "HIGH"))
    if first_at(record, ("source",)) in {"aws.health", "aws.cloudwatch"}:
        return True
    state = first_at(record, STATES)
    return state is not None and str(state).lower() not in QUIET


EVENT = IssueMapping(
    name="event",
    when=Every((Has("detail-type"), Has("source"), Has("detail"))),
    title=Choose(
        Has("detail.eventTypeCode"),
        Concat(("detail.eventTypeCode", Literal(": "), "detail.service")),
        (
            Concat((NAMES, Literal(": "), "detail-type")),
            Join((Match("resources.0", r"([^/:]+)$"), "detail-type"), ": "),
        ),
    ),
    body=REASONS,
    severity=Choose(
        Has("detail.finding-severity-counts"),
        Choose(Has("detail.finding-severity-counts.CRITICAL"), Literal("critical"), Literal("high")),
        ("detail.severity", "detail.Severity", *STATES),
    ),
    status=Choose(Has("detail.finding-severity-counts"), Literal("failed"), STATES),
    service=(*NAMES, Match("resources.0", r"([^/:]+)$"), "source"),
    team="account",
    environment=("detail.stage", "detail.deploymentGroup", "detail.clusterArn", "region"),
    error_type=("detail.eventTypeCode", "detail-type"),
    external_url=("detail.additional-information.logs.deep-link", "detail.url"),
    source_created_at=("detail.createdAt", "time"),
    resolved_at="time",
    attributes={
        "source": "source",
        "account": "account",
        "region": "region",
        "resource": "resources.0",
        "execution": ("detail.execution-id", "detail.deploymentId", "detail.build-id", "detail.executionArn"),
    },
)
DEPLOYMENT = ChangeMapping(
    name="deployment",
    when=Every(
        (Has("detail-type"), Matches("detail-type", "pipeline|deploy"), Is(STATES, ("succeeded", "success")))
    ),
    change_kind=Literal("deploy"),
    title=Join((NAMES, "detail.deploymentGroup", "detail-type"), " · "),
    service=NAMES,
    environment=("detail.stage", "detail.deploymentGroup", "region"),
    changed_at="time",
)


def is_deployment(record: spec.Record) -> bool:
    """Whether an event tells of a whole pipeline or a deployment that succeeded."""
    kind = str(first_at(record, ("detail-type",)))
    return "Pipeline Execution" in kind or "Deployment State" in kind


def event(path: str, values: frozenset[str], schema: spec.RecordSchema) -> spec.WebhookEvent:
    """An event, chosen by what stands at a path."""
    return spec.WebhookEvent(record="", when=spec.Condition(path=path, values=values), schema=schema)


def failure(key: str) -> spec.RecordSchema:
    """A failure of what stands at a key, which all events about it share."""
    return spec.RecordSchema(key=key, updated_at=("time",), kind="event", keep=is_failure)


SUCCESSFUL = frozenset({"SUCCEEDED", "SUCCESS"})
DEPLOYED = spec.RecordSchema(key="deploy/{id}", updated_at=("time",), kind="change", keep=is_deployment)

CONNECTOR = spec.Connector(
    name="aws_eventbridge",
    title="AWS EventBridge",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html",
    plan="starter",
    webhook=spec.Webhook(
        signatures=(
            spec.SharedSecret("x-causeloop-token"),
            spec.BasicSecret(),
            spec.OWN_SIGNATURE,
        ),
        embedded=("Message",),
        delivery_path="id",
        events=(
            event("detail.state", SUCCESSFUL, DEPLOYED),
            event("detail.execution-id", frozenset(), failure("execution/{detail.execution-id}")),
            event("detail.build-id", frozenset(), failure("detail.build-id")),
            event("detail.deploymentId", frozenset(), failure("detail.deploymentId")),
            event("detail.executionArn", frozenset(), failure("detail.executionArn")),
            event("detail.eventArn", frozenset(), failure("detail.eventArn")),
            event("detail.jobRunId", frozenset(), failure("detail.jobRunId")),
            event("detail.jobId", frozenset(), failure("detail.jobId")),
            event(
                "detail.image-digest", frozenset(), failure("{detail.repository-name}@{detail.image-digest}")
            ),
            event("detail.alarmName", frozenset(), failure("resources.0")),
            event("detail-type", frozenset(), failure("id")),
            spec.WebhookEvent(
                record="Message", when=spec.Condition(path="Message.detail-type"), schema=failure("id")
            ),
        ),
        setup="EventBridge: a rule for the services' state changes with an API destination: this address, "
        "and a connection that sends the secret in the header x-causeloop-token.",
    ),
    issues=(EVENT,),
    changes=(DEPLOYMENT,),
)
