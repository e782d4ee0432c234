"""Apache Airflow: failed DAG runs and task instances, listed by their last update; callbacks push them."""

from dataclasses import replace

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Element,
    Every,
    Has,
    Is,
    Literal,
    Match,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

FAILED = ("failed", "upstream_failed")
LOG = "log"
# Version 3 writes its log as objects, one of which says what was raised; version 2 writes it as a text.
RAISED_IN_LOG = Match(
    LOG, r"(?:\\n|\n)([A-Za-z_][\w.]*(?:Error|Exception|Timeout|Failure|Exit|Fail)[^\n\\]*)"
)
NAMED = r"^([A-Za-z_][\w.]*)(?:[:(]|$)"
"""An exception before what it says."""
EXCEPTION = (
    Concat(
        (
            Element(LOG, key="error_detail", equals=None, take="error_detail.0.exc_type"),
            Literal(": "),
            Element(LOG, key="error_detail", equals=None, take="error_detail.0.exc_value"),
        )
    ),
    Element(LOG, key="error_detail", equals=None, take="error_detail.0.exc_type"),
    RAISED_IN_LOG,
    Match(("exception", "error"), r"^\s*([^\n]+)"),
)
RUN_PAGE = Choose(
    Is(Text("{config.api_version}"), ("v1",)),
    Text("{config.base_url}/dags/{dag_id}/grid?dag_run_id={dag_run_id}"),
    Text("{config.base_url}/dags/{dag_id}/runs/{dag_run_id}"),
)
TASK = IssueMapping(
    name="task instance",
    identifies=Identifies.EVENT,
    when=Every((Has("task_id"), Has("dag_id"))),
    title=(
        Concat((Text("{dag_id}.{task_id}"), Literal(": "), EXCEPTION)),
        Text("{dag_id}.{task_id} {state}"),
    ),
    body=("note", "exception", "error", *EXCEPTION),
    severity="state",
    status="state",
    service="dag_id",
    error_type=(Match(EXCEPTION, NAMED), Literal("task_failed")),
    team=("owner", "owners.0"),
    environment="environment",
    external_url=("log_url", RUN_PAGE),
    source_created_at=("start_date", "execution_date", "logical_date"),
    resolved_at="end_date",
    job="dag_id",
    attributes={"task": "task_id", "try_number": "try_number", "run": "dag_run_id", "host": "hostname"},
)
RUN = IssueMapping(
    name="DAG run",
    identifies=Identifies.EVENT,
    when=Every((Has("dag_run_id"), Has("dag_id"))),
    title=Text("{dag_id} {state}"),
    body="note",
    severity="state",
    status="state",
    service="dag_id",
    error_type=Literal("dag_run_failed"),
    environment="environment",
    external_url=RUN_PAGE,
    source_created_at=("start_date", "queued_at", "logical_date", "execution_date"),
    resolved_at=("end_date", "last_scheduling_decision"),
    job="dag_id",
    succeeded=Is("state", ("success",)),
    attributes={"run": "dag_run_id", "run_type": "run_type", "triggered_by": "triggered_by"},
)
# The last line of a trace says what was raised, as `ModuleNotFoundError: No module named 'x'`.
RAISED = Match("stack_trace", r"(?:^|\n)([A-Za-z_][\w.]*(?:: [^\n]*)?)\s*$")
IMPORT_ERROR = IssueMapping(
    name="import error",
    identifies=Identifies.EVENT,
    when=Every((Has("import_error_id"), Has("filename"))),
    title=(
        Concat((Match("filename", r"([^/]+)$"), Literal(" cannot be imported: "), RAISED)),
        Concat((Match("filename", r"([^/]+)$"), Literal(" cannot be imported"))),
    ),
    body="stack_trace",
    severity=Literal("failed"),
    status=Literal("failed"),
    service=Match("filename", r"([^/.]+)(?:\.\w+)?$"),
    error_type=(Match(RAISED, NAMED), Literal("import_error")),
    source_created_at="timestamp",
    attributes={"file": "filename", "bundle": "bundle_name"},
)
# A run fails after the task that it fails by, and tells less: it counts as the older version.
RUN_SCHEMA = spec.RecordSchema(
    key="{dag_id}/{dag_run_id}",
    updated_at=("start_date", "last_scheduling_decision", "end_date"),
    keep=Among("state", FAILED),
)
SUCCESS_SCHEMA = replace(RUN_SCHEMA, updated_at=("end_date",), keep=Among("state", ("success",)))
# A callback tells of the task that failed, the API of the run that failed by it: both are one failure.
TASK_SCHEMA = spec.RecordSchema(
    key="{dag_id}/{dag_run_id}",
    updated_at=("end_date", "start_date"),
    keep=Among("state", FAILED),
    kind="task",
)

SIGN_IN = spec.OAuth2(
    token_url="/auth/token",
    grant="none",
    parameters=(("username", "{username}"), ("password", "{password}")),
    encoding="json",
    where=("api_version", "v2"),
)
"""Airflow 3 gives a token for a user's name and password."""
BASIC = spec.Basic("{username}", "{password}", where=("api_version", "v1"))

CONNECTOR = spec.Connector(
    name="airflow",
    title="Apache Airflow",
    category=spec.Category.DATA,
    docs_url="https://airflow.apache.org/docs/apache-airflow/stable/stable-rest-api-ref.html",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("username", "User name", help="Of a user who may read DAG runs.", required=False),
        spec.Field("password", "Password", required=False),
        spec.Field(
            "token", "Access token", help="Instead of both: it ends, usually after a day.", required=False
        ),
    ),
    config=(
        spec.Field(
            "api_version",
            "API version",
            help="v2: Airflow 3; v1: Airflow 2.",
            required=False,
            default="v2",
            choices=("v2", "v1"),
        ),
    ),
    auth=spec.FirstOf((SIGN_IN, BASIC, spec.Bearer("{token}"))),
    pulls=(
        spec.Pull(
            name="successful_runs",
            path="/api/{api_version}/dags/~/dagRuns",
            params=(("state", "success"), ("order_by", "end_date")),
            records="dag_runs",
            pages=spec.OffsetPages(),
            schema=SUCCESS_SCHEMA,
            since=spec.Since(field="end_date", param="end_date_gte"),
        ),
        spec.Pull(
            name="failed_dag_runs",  # a run also fails without a task that does, such as by its time limit
            path="/api/{api_version}/dags/~/dagRuns",
            params=(("state", "failed"), ("order_by", "end_date")),
            records="dag_runs",
            pages=spec.OffsetPages(),
            schema=RUN_SCHEMA,
            since=spec.Since(field="end_date", param="end_date_gte"),
        ),
        spec.Pull(
            name="task_instances",
            path="/api/{api_version}/dags/~/dagRuns/~/taskInstances",
            params=(("state", "failed"),),  # version 2 takes no order here
            records="task_instances",
            pages=spec.OffsetPages(),
            schema=TASK_SCHEMA,
            supplements=(
                spec.Supplement(
                    path="/api/{api_version}/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
                    "/logs/{try_number}?map_index={map_index}",
                    into=LOG,
                    take="content",
                    last=4_000,
                ),
            ),
            since=spec.Since(field="end_date", param="end_date_gte"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="task_id"), schema=TASK_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="dag_run_id"), schema=RUN_SCHEMA),
            spec.WebhookEvent(record="task_instances", schema=TASK_SCHEMA),
            *(
                spec.WebhookEvent(
                    record=record,
                    when=spec.Condition(path=path),
                    schema=spec.RecordSchema(
                        key="import_error/{import_error_id}", updated_at=("timestamp",), kind="import_error"
                    ),
                )
                for record, path in (
                    ("import_errors", "import_errors.0.import_error_id"),
                    ("", "import_error_id"),
                )
            ),
        ),
        setup="on_failure_callback: POST dag_id, dag_run_id, task_id, state and dates as JSON.",
    ),
    issues=(TASK, RUN, IMPORT_ERROR),
)
