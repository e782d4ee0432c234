"""Failures that AWS services report through EventBridge, and the deployments among what succeeded."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.json_paths import find_first_value
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Choose,
    Concat,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Match,
    Matches,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

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
    "detail.configRuleName",
)
RESOURCE = Match("resources.0", r"([^/:]+)$")
STATES = (
    "detail.state.value",
    "detail.state",
    "detail.status",
    "detail.build-status",
    "detail.statusCode",
    "detail.StatusCode",
    "detail.scan-status",
    "detail.eventName",
    "detail.lastStatus",
    "detail.newEvaluationResult.complianceType",
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
    "detail.Cause",
    "detail.error",
    "detail.description",
    "detail.state.reason",
)
QUIET = frozenset(
    {
        *(
            "started",
            "succeeded",
            "success",
            "in_progress",
            "in progress",
            "inprogress",
            "running",
            "pending",
            "submitted",
        ),
        *("runnable", "starting", "queued", "resumed", "superseded", "created", "ready", "start", "complete"),
        *("provisioning", "activating", "deactivating", "stopping", "shutting-down", "stopped", "terminated"),
        *("canceled", "cancelled", "aborted", "info", "completed", "steady_state", "service_steady_state"),
        *("service_deployment_in_progress", "service_deployment_completed"),
    }
)
ALARMING = frozenset(
    f"aws.{service}"
    for service in ("health", "cloudwatch", "guardduty", "inspector", "inspector2", "macie", "devops-guru")
)
"""Services that report nothing but troubles."""


def is_failure(record: spec.Record) -> bool:
    """Whether an event reports that something went wrong; an image scan, that it found something."""
    counts = find_first_value(record, ("detail.finding-severity-counts",))
    if isinstance(counts, dict):
        return any(counts.get(level) for level in ("CRITICAL", "HIGH"))
    if find_first_value(record, ("source",)) in ALARMING:
        return True
    if find_first_value(record, ("detail.newEvaluationResult.complianceType",)) == "NON_COMPLIANT":
        return True
    if find_first_value(record, ("detail.stopCode",)) == "EssentialContainerExited":
        return any(
            container.get("exitCode") for container in find_first_value(record, ("detail.containers",)) or ()
        )
    state = find_first_value(record, STATES)
    return state is not None and str(state).lower() not in QUIET


EVENT = IssueMapping(
    name="event",
    identifies=Identifies.EVENT,
    when=Every((Has("detail-type"), Has("source"), Has("detail"))),
    title=Choose(
        Has("detail.eventTypeCode"),
        Concat(("detail.eventTypeCode", Literal(": "), "detail.service")),
        (
            Concat((NAMES, Literal(": "), "detail-type")),
            Join((RESOURCE, "detail-type"), ": "),
        ),
    ),
    body=REASONS,
    severity=Choose(
        Has("detail.finding-severity-counts"),
        Choose(Has("detail.finding-severity-counts.CRITICAL"), Literal("critical"), Literal("high")),
        ("detail.severity", "detail.Severity", "detail.eventTypeCategory", *STATES),
    ),
    status=Choose(Has("detail.finding-severity-counts"), Literal("failed"), STATES),
    service=(*NAMES, RESOURCE, "source"),
    team="account",
    environment=("detail.stage", "detail.deploymentGroup", "detail.clusterArn", "region"),
    error_type=("detail.eventTypeCode", "detail-type"),
    external_url=("detail.additional-information.logs.deep-link", "detail.url"),
    source_created_at=("detail.createdAt", Instant("detail.startTime", TimeFormat.MAIL), "time"),
    resolved_at=(Instant("detail.endTime", TimeFormat.MAIL), "time"),
    attributes={
        "source": "source",
        "account": "account",
        "region": "region",
        "resource": "resources.0",
        "execution": ("detail.execution-id", "detail.deploymentId", "detail.build-id", "detail.executionArn"),
    },
)
FINDING = IssueMapping(
    name="finding",
    identifies=Identifies.EVENT,
    when=Every((Has("detail.title"), Has("detail.severity"))),
    title="detail.title",
    body="detail.description",
    severity=(
        "detail.severity.description",
        Band("detail.severity", ((9, "critical"), (7, "high"), (4, "medium"), (0, "low"))),
        "detail.severity",
    ),
    status=Choose(
        Is(("detail.service.archived", "detail.archived"), ("true",)),
        Literal("archived"),
        ("detail.status", Literal("active")),
    ),
    service=(RESOURCE, "detail.resource.instanceDetails.instanceId", "source"),
    team="account",
    environment="region",
    error_type=("detail.type", "detail-type"),
    source_created_at=("detail.createdAt", "detail.firstObservedAt", "time"),
    resolved_at=("detail.updatedAt", "time"),
    attributes={"source": "source", "account": "account", "region": "region"},
)
HUB_FINDING = IssueMapping(
    name="finding of Security Hub",
    identifies=Identifies.EVENT,
    when=Every((Has("Title"), Has("ProductArn"))),
    title="Title",
    body="Description",
    severity="Severity.Label",
    status=("Compliance.Status", "Workflow.Status", "RecordState"),
    service=("Resources.0.Id",),
    team=("Resources.0.Tags.team", "AwsAccountId"),
    environment=("Resources.0.Tags.env", "Resources.0.Tags.environment", "Resources.0.Region"),
    error_type=("Types.0", "GeneratorId"),
    external_url=("SourceUrl", "Remediation.Recommendation.Url"),
    source_created_at=("FirstObservedAt", "CreatedAt"),
    resolved_at="UpdatedAt",
    attributes={"product": "ProductName", "account": "AwsAccountId", "region": "Region"},
)
DEPLOYMENT = ChangeMapping(
    name="deployment",
    when=Every(
        (
            Has("detail-type"),
            Matches("detail-type", "pipeline|deploy"),
            Is(STATES, ("succeeded", "success", "service_deployment_completed")),
        )
    ),
    change_kind=Literal("deploy"),
    title=Join(((*NAMES, RESOURCE), "detail.deploymentGroup", "detail-type"), " · "),
    service=(*NAMES, RESOURCE),
    environment=("detail.stage", "detail.deploymentGroup", "region"),
    changed_at="time",
)


def is_deployment(record: spec.Record) -> bool:
    """Whether an event tells of a whole pipeline or a deployment that succeeded."""
    kind = str(find_first_value(record, ("detail-type",)))
    return "Pipeline Execution" in kind or "Deployment State" in kind


def receive_event(path: str, values: frozenset[str], schema: spec.RecordSchema) -> spec.WebhookEvent:
    """An event, chosen by the value at a path."""
    return spec.WebhookEvent(record="", when=spec.Condition(path=path, values=values), schema=schema)


def identify_failure(key: str) -> spec.RecordSchema:
    """A failure of the object at a key, which all events about it share."""
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
            spec.WebhookEvent(
                record="detail.findings",
                when=spec.Condition(path="detail.findings.0.ProductArn"),
                schema=spec.RecordSchema(key="Id", updated_at=("UpdatedAt",), kind="finding"),
            ),
            receive_event("detail.findingArn", frozenset(), identify_failure("detail.findingArn")),
            receive_event("source", frozenset({"aws.guardduty", "aws.macie"}), identify_failure("detail.id")),
            receive_event("detail.state", SUCCESSFUL, DEPLOYED),
            receive_event("detail.eventName", frozenset({"SERVICE_DEPLOYMENT_COMPLETED"}), DEPLOYED),
            receive_event(
                "detail.execution-id", frozenset(), identify_failure("execution/{detail.execution-id}")
            ),
            receive_event("detail.build-id", frozenset(), identify_failure("detail.build-id")),
            receive_event("detail.deploymentId", frozenset(), identify_failure("detail.deploymentId")),
            receive_event("detail.executionArn", frozenset(), identify_failure("detail.executionArn")),
            receive_event("detail.eventArn", frozenset(), identify_failure("detail.eventArn")),
            receive_event("detail.jobRunId", frozenset(), identify_failure("detail.jobRunId")),
            receive_event("detail.jobId", frozenset(), identify_failure("detail.jobId")),
            receive_event(
                "detail.image-digest",
                frozenset(),
                identify_failure("{detail.repository-name}@{detail.image-digest}"),
            ),
            receive_event("detail.alarmName", frozenset(), identify_failure("resources.0")),
            receive_event("detail-type", frozenset(), identify_failure("id")),
            spec.WebhookEvent(
                record="Message",
                when=spec.Condition(path="Message.detail-type"),
                schema=identify_failure("id"),
            ),
        ),
        setup="EventBridge: a rule for the services' state changes with an API destination: this address, "
        "and a connection that sends the secret in the header x-causeloop-token.",
    ),
    issues=(FINDING, HUB_FINDING, EVENT),
    changes=(DEPLOYMENT,),
)
