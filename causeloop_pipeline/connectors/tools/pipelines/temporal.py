"""Temporal: workflow executions that failed, timed out or were terminated, and later successes."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Concat, Every, Has, Is, Literal, Match, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

STATUS = Match("status", r"^(?:WORKFLOW_EXECUTION_STATUS_)?(.+)$")
CAUSE = "closing.history.events.0.workflowExecutionFailedEventAttributes.failure"
EXECUTION = IssueMapping(
    name="workflow execution",
    identifies=Identifies.EVENT,
    when=Every((Has("execution.workflowId"), Has("status"))),
    title=(
        Concat(("type.name", Literal(": "), f"{CAUSE}.cause.message")),
        Concat(("type.name", Literal(": "), f"{CAUSE}.message")),
        Concat(("type.name", Literal(" "), STATUS)),
    ),
    body=(f"{CAUSE}.cause.message", f"{CAUSE}.message", f"{CAUSE}.stackTrace"),
    severity="status",
    status="status",
    service="type.name",
    error_type=(
        f"{CAUSE}.cause.applicationFailureInfo.type",
        f"{CAUSE}.applicationFailureInfo.type",
        STATUS,
    ),
    team="taskQueue",
    environment="config.namespace",
    external_url=Text(
        "{config.web_url}/namespaces/{config.namespace}/workflows/{execution.workflowId}/{execution.runId}/history"
    ),
    source_created_at="startTime",
    resolved_at="closeTime",
    job=(Match("execution.workflowId", r"^(.+?)-\d{4}-\d\d-\d\dT[\d:]+Z$"), "type.name"),
    succeeded=Is("status", ("workflow_execution_status_completed", "completed")),
    attributes={"workflow": "execution.workflowId", "run": "execution.runId", "task_queue": "taskQueue"},
)
ENDED = tuple(
    f"{prefix}{word}"
    for prefix in ("workflow_execution_status_", "")
    for word in ("failed", "timed_out", "terminated", "completed")
)
SCHEMA = spec.RecordSchema(
    key="{execution.workflowId}/{execution.runId}",
    updated_at=("closeTime", "startTime"),
    keep=Among("status", ENDED),
)

CONNECTOR = spec.Connector(
    name="temporal",
    title="Temporal",
    category=spec.Category.DATA,
    docs_url="https://docs.temporal.io/references/http-api",
    plan="free",
    base_url="{base_url}",
    site=("namespace",),
    credentials=(spec.Field("api_key", "API key", help="Where the frontend asks for one.", required=False),),
    config=(
        spec.Field(
            "base_url",
            "Address of the HTTP API",
            help="Such as https://temporal.acme.example:7243.",
            pattern=r"https?://\S+",
        ),
        spec.Field("namespace", "Namespace", default="default", required=False, pattern=r"[\w.-]+"),
        spec.Field(
            "web_url",
            "Address of the web UI",
            help="For links: https://temporal.acme.example:8080.",
            required=False,
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.FirstOf((spec.Bearer("{api_key}"), spec.Anonymous())),
    pulls=(
        spec.Pull(
            name="executions",
            path="/api/v1/namespaces/{namespace}/workflows",
            records="executions",
            pages=spec.TokenPages(
                next_path="nextPageToken", param="nextPageToken", size=200, size_param="pageSize"
            ),
            schema=SCHEMA,
            supplements=(
                spec.Supplement(
                    path="/api/v1/namespaces/{config.namespace}/workflows/{execution.workflowId}/history-reverse"
                    "?execution.runId={execution.runId}&maximumPageSize=1",
                    into="closing",
                ),
            ),
            undescribed=(f"{CAUSE}.cause.message", f"{CAUSE}.cause.applicationFailureInfo.type"),
            since=spec.Since(
                field="closeTime",
                param="query",
                template="CloseTime >= '{since}' AND "
                "ExecutionStatus IN ('Failed','TimedOut','Terminated','Completed')",
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="executions", when=spec.Condition(path="executions.0.execution"), schema=SCHEMA
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="execution.workflowId"), schema=SCHEMA),
        ),
        setup="An interceptor or script that posts executions as the HTTP API lists them.",
    ),
    issues=(EXECUTION,),
)
