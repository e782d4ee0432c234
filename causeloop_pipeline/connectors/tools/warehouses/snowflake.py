"""Snowflake queries and tasks that failed, read from the account usage by its SQL API."""

from datetime import timedelta

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
    Match,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

QUERY = (
    "SELECT QUERY_ID, QUERY_TYPE, QUERY_TEXT, EXECUTION_STATUS, ERROR_CODE, ERROR_MESSAGE, WAREHOUSE_NAME, "
    "DATABASE_NAME, ROLE_NAME, USER_NAME, START_TIME, END_TIME "
    "FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY "
    "WHERE EXECUTION_STATUS <> 'SUCCESS' AND END_TIME >= '{since}' ORDER BY END_TIME ASC"
)
FAILED_QUERY = IssueMapping(
    name="query",
    identifies=Identifies.EVENT,
    when=Every((Has("EXECUTION_STATUS"), Some((Has("QUERY_TYPE"), Has("QUERY_TEXT"))))),
    title=("ERROR_MESSAGE", Text("{QUERY_TYPE} {EXECUTION_STATUS}"), "QUERY_TEXT"),
    body="QUERY_TEXT",
    severity="EXECUTION_STATUS",
    status="EXECUTION_STATUS",
    service=("WAREHOUSE_NAME", "DATABASE_NAME", "ROLE_NAME"),
    error_type=("ERROR_CODE", "QUERY_TYPE"),
    team=("ROLE_NAME", "USER_NAME"),
    environment="DATABASE_NAME",
    source_created_at=("START_TIME", Instant("START_TIME", TimeFormat.EPOCH_SECONDS)),
    resolved_at=("END_TIME", Instant("END_TIME", TimeFormat.EPOCH_SECONDS)),
    attributes={"user": "USER_NAME", "warehouse": "WAREHOUSE_NAME", "query": "QUERY_ID"},
)
TASK = IssueMapping(
    name="task",
    identifies=Identifies.EVENT,
    when=Every((Kind(("task",)), Has("STATE"), Has("NAME"))),
    title=(Text("Task {NAME}: {ERROR_MESSAGE}"), Text("Task {NAME} {STATE}")),
    body="ERROR_MESSAGE",
    severity="STATE",
    status="STATE",
    service=("NAME",),
    error_type="ERROR_CODE",
    environment="DATABASE_NAME",
    source_created_at=("QUERY_START_TIME", "SCHEDULED_TIME"),
    resolved_at="COMPLETED_TIME",
    job=Join(("DATABASE_NAME", "SCHEMA_NAME", "NAME"), "."),
    succeeded=Is("STATE", ("succeeded",)),
    attributes={"schema": "SCHEMA_NAME"},
)
LOGIN = IssueMapping(
    name="failed login",
    identifies=Identifies.EVENT,
    when=Every((Has("EVENT_TYPE"), Has("IS_SUCCESS"))),
    title=(Text("{EVENT_TYPE} failed: {ERROR_MESSAGE}"), Text("{EVENT_TYPE} failed")),
    body="ERROR_MESSAGE",
    severity=Literal("login failed"),
    status=Literal("failed"),
    service=Literal("snowflake"),
    error_type=("ERROR_CODE", "EVENT_TYPE"),
    team="USER_NAME",
    source_created_at="EVENT_TIMESTAMP",
    attributes={"user": "USER_NAME", "address": "CLIENT_IP", "client": "REPORTED_CLIENT_TYPE"},
)
TASK_SUCCEEDED = Is("messageType", ("user_task_succeeded",))
NOTICE = IssueMapping(
    name="error notification",
    identifies=Identifies.EVENT,
    when=Every(
        (Kind(("task_notice", "pipe_notice")), Some((Has("errorMessage"), Has("firstError"), TASK_SUCCEEDED)))
    ),
    title=(
        Text("Task {taskName}: {errorMessage}"),
        Text("Pipe {pipeName}: {firstError}"),
        Text("Task {taskName}"),
    ),
    body=("errorMessage", "firstError"),
    severity=Literal("failed"),
    status=Choose(TASK_SUCCEEDED, Literal("succeeded"), Literal("failed")),
    service=(Match("taskName", r"[^.]+$"), Match("pipeName", r"[^.]+$")),
    error_type=("errorCode", "messageType"),
    environment=(Match("taskName", r"^([^.]+)\."), Match("pipeName", r"^([^.]+)\.")),
    source_created_at=("queryStartTime", "scheduledTime", "timestamp"),
    job="taskName",
    succeeded=TASK_SUCCEEDED,
    attributes={"query": "queryId", "file": "fileName", "account": "accountName"},
)
FAILED = ("fail", "failed", "incident", "failed_with_error", "failed_with_incident", "cancelled", "canceled")

CONNECTOR = spec.Connector(
    name="snowflake",
    title="Snowflake",
    category=spec.Category.DATA,
    docs_url="https://docs.snowflake.com/en/developer-guide/sql-api/reference",
    plan="growth",
    base_url="https://{account}.snowflakecomputing.com",
    credentials=(
        spec.Field(
            "token", "Programmatic access token", help="Of a user with IMPORTED PRIVILEGES on SNOWFLAKE."
        ),
    ),
    config=(
        spec.Field("account", "Account identifier", pattern=r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*"),
        spec.Field("warehouse", "Warehouse", required=False, default="COMPUTE_WH", pattern=r"\w+"),
    ),
    auth=spec.Bearer("{token}"),
    headers=(("X-Snowflake-Authorization-Token-Type", "PROGRAMMATIC_ACCESS_TOKEN"),),
    pulls=(
        spec.Pull(
            name="queries",
            path="/api/v2/statements",
            method="POST",
            params=(("warehouse", "{warehouse}"), ("timeout", 60)),
            records="data",
            columns="resultSetMetaData.rowType",
            pages=spec.OnePage(),
            schema=spec.RecordSchema(
                key="QUERY_ID",
                updated_at=("END_TIME", "START_TIME"),
                times=spec.TimeFormat.EPOCH_SECONDS,
                keep=Among("EXECUTION_STATUS", FAILED),
            ),
            since=spec.Since(
                field="END_TIME",
                param="statement",
                template=QUERY,
                overlap=timedelta(hours=3),
                ascending=True,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            *(
                spec.WebhookEvent(
                    record="messages",
                    when=spec.Condition(path=path),
                    schema=spec.RecordSchema(key=key, updated_at=("completedTime", "timestamp"), kind=kind),
                    add=tuple((name, name) for name in (path, "messageType", "timestamp", "accountName")),
                )
                for path, key, kind in (
                    ("taskName", "task/{taskName}/{runId}", "task_notice"),
                    ("pipeName", "pipe/{pipeName}/{fileName}", "pipe_notice"),
                )
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="IS_SUCCESS"),
                schema=spec.RecordSchema(
                    key="login/{EVENT_ID}",
                    updated_at=("EVENT_TIMESTAMP",),
                    kind="login",
                    keep=Among("IS_SUCCESS", ("no",)),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="STATE"),
                schema=spec.RecordSchema(
                    key="task/{NAME}/{SCHEDULED_TIME}",
                    updated_at=("COMPLETED_TIME", "SCHEDULED_TIME"),
                    kind="task",
                    keep=Among("STATE", (*FAILED, "succeeded")),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="EXECUTION_STATUS"),
                schema=spec.RecordSchema(
                    key="QUERY_ID",
                    updated_at=("END_TIME",),
                    kind="query",
                    keep=Among("EXECUTION_STATUS", FAILED),
                ),
            ),
        ),
        setup="A notification integration that posts the row as JSON, with the header X-Causeloop-Token.",
    ),
    issues=(LOGIN, NOTICE, TASK, FAILED_QUERY),
)
