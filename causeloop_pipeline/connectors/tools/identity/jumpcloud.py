"""JumpCloud Directory Insights: attempts that did not succeed, and changes of the directory."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Has, Join, Literal
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

EVENT = IssueMapping(
    name="event",
    identifies=Identifies.EVENT,
    when=Has("event_type"),
    title=(Join(("event_type", "error_message"), ": "), "event_type"),
    body=("error_message", "message"),
    severity=Literal("warning"),
    status=Literal("failed"),
    service=("application.display_label", "application.name", "service"),
    error_type=("error_code", "event_type"),
    source_created_at="timestamp",
    attributes={
        "initiated_by": ("initiated_by.username", "initiated_by.email"),
        "ip": "client_ip",
        "mfa": "mfa",
        "provider": "provider",
    },
)
EDIT = ChangeMapping(
    name="directory change",
    when=Has("event_type"),
    change_kind=Literal("config_change"),
    title=Join(("event_type", "resource.username", "resource.name"), " · "),
    service="service",
    changed_at="timestamp",
)


def is_failure(event: spec.Record) -> bool:
    """Whether an attempt did not succeed."""
    return event.get("success") is False or event.get("auth_context", {}).get("success") is False


def is_edit(event: spec.Record) -> bool:
    """Whether an event created, updated or deleted something in the directory."""
    kind = str(event.get("event_type", ""))
    return not is_failure(event) and kind.endswith(("_create", "_update", "_delete", "_add", "_remove"))


EVENT_SCHEMA = spec.RecordSchema(updated_at=("timestamp",), keep=is_failure)
EDIT_SCHEMA = spec.RecordSchema(key="change/{id}", updated_at=("timestamp",), kind="change", keep=is_edit)

CONNECTOR = spec.Connector(
    name="jumpcloud",
    title="JumpCloud",
    category=spec.Category.SECURITY,
    docs_url="https://docs.jumpcloud.com/api/insights/directory/1.0/index.html",
    plan="starter",
    base_url="https://api.jumpcloud.com",
    site=(),
    credentials=(spec.Field("api_key", "API key", help="Of an administrator with read-only access."),),
    auth=spec.Headers((("x-api-key", "{api_key}"),)),
    pulls=(
        spec.Pull(
            name="events",
            path="/insights/directory/v1/events",
            method="POST",
            params=(("service", ("all",)), ("sort", "ASC"), ("limit", 10_000)),
            records="",
            pages=spec.OnePage(),
            schema=EVENT_SCHEMA,
            since=spec.Since(
                field="timestamp", param="start_time", until_param="end_time", cap=10_000, ascending=True
            ),
        ),
        spec.Pull(
            name="changes",
            path="/insights/directory/v1/events",
            method="POST",
            params=(("service", ("directory",)), ("sort", "ASC"), ("limit", 10_000)),
            records="",
            pages=spec.OnePage(),
            schema=EDIT_SCHEMA,
            since=spec.Since(
                field="timestamp", param="start_time", until_param="end_time", cap=10_000, ascending=True
            ),
            optional=True,
        ),
    ),
    issues=(EVENT,),
    changes=(EDIT,),
)
