"""ServiceNow incidents and problems by their last update, implemented change requests, and business rules."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Different,
    Every,
    Has,
    Literal,
    Matches,
    Not,
    Some,
    Source,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Named
from causeloop_pipeline.connectors.ticket_marker import Unmarked
from causeloop_pipeline.model.issue import Identifies

PAGE_URL = "https://{{config.instance}}.service-now.com/nav_to.do?uri={table}.do?sys_id={{{path}}}"


def read_values(*names: str) -> Source:
    """The stored value of a column, whether or not the answer also holds its display value."""
    return tuple(Choose(Has(f"{name}.value"), f"{name}.value", name) for name in names)


def read_names(*names: str) -> Source:
    """What a person sees of a column: the name behind a reference."""
    return tuple(
        Choose(
            Has(f"{name}.value"),
            (f"{name}.display_value", f"{name}.name", f"{name}.value"),
            Choose(Has(f"{name}.display_value"), f"{name}.display_value", name),
        )
        for name in names
    )


def moments(*names: str) -> tuple[str, ...]:
    """The stored times of some columns."""
    return tuple(path for name in names for path in (f"{name}.value", name))


def page_of(table: str) -> Source:
    """The record's page in the instance."""
    return (
        Text(PAGE_URL.format(table=table, path="sys_id.value")),
        Text(PAGE_URL.format(table=table, path="sys_id")),
    )


HAS_NUMBER = Every(
    (
        Has("sys_id"),
        Some((Has("short_description"), Every((Has("number"), Some((Has("state"), Has("incident_state"))))))),
    )
)
TITLE = read_values("short_description", "description", "number")
IS_REQUEST = Matches(read_values("number"), r"^(RITM|REQ|SCTASK|KB)\d")
IS_WORKED_ON = Some((Has("number"), Has("state"), Has("incident_state"), Has("priority")))
IS_CHANGE = Matches(read_values("number"), r"^CHG|^CTASK")
RECORD = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (
            HAS_NUMBER,
            IS_WORKED_ON,
            Not(IS_CHANGE),
            Not(Matches(read_values("number"), r"^(RITM|REQ|SCTASK|KB)\d")),
        )
    ),
    title=TITLE,
    body=Different(read_values("description"), than=TITLE),
    severity=read_values("priority", "severity", "urgency"),
    status=read_values("state", "incident_state", "problem_state"),
    service=read_names("business_service", "service_offering", "cmdb_ci"),
    error_type=read_names("subcategory", "category"),
    team=read_names("assignment_group"),
    environment=read_names("u_environment", "environment"),
    external_url=page_of("incident"),
    source_created_at=moments("opened_at", "sys_created_on"),
    resolved_at=moments("resolved_at", "closed_at"),
    attributes={
        "number": read_values("number"),
        "impact": read_values("impact"),
        "urgency": read_values("urgency"),
        "close_code": read_values("close_code"),
    },
)
ALERT_TITLE = read_values("short_description", "description")
ALERT = IssueMapping(
    name="alert of Event Management",
    identifies=Identifies.EVENT,
    when=Every((Has("sys_id"), Matches(read_values("number"), r"^Alert\d"))),
    title=ALERT_TITLE,
    body=Different(read_values("description", "additional_info"), than=ALERT_TITLE),
    severity=read_values("severity"),
    status=read_values("state"),
    service=read_names("cmdb_ci", "node", "resource", "source"),
    error_type=read_values("type", "metric_name"),
    team=read_names("assignment_group"),
    external_url=page_of("em_alert"),
    source_created_at=moments("initial_event_time", "initial_remote_time", "sys_created_on"),
    resolved_at=moments("closed_at", "last_event_time", "sys_updated_on"),
    attributes={"number": read_values("number"), "source": read_values("source")},
)
CHANGE = ChangeMapping(
    name="change request",
    when=Every((HAS_NUMBER, IS_CHANGE)),
    change_kind=Literal("change"),
    title=TITLE,
    service=read_names("business_service", "service_offering", "cmdb_ci"),
    environment=read_names("u_environment", "environment"),
    external_url=page_of("change_request"),
    changed_at=moments("work_start", "start_date", "work_end", "end_date"),
)
UPDATED = spec.Since(
    field="sys_updated_on.value",
    param="sysparm_query",
    template="sys_updated_on>={since}^ORDERBYsys_updated_on",
    format="%Y-%m-%d %H:%M:%S",
    zone="timezone",
)


def poll_table(name: str, schema: spec.RecordSchema, query: str, *, optional: bool) -> spec.Pull:
    """One table, read by the last update with both stored and display values."""
    return spec.Pull(
        name=name,
        path=f"/api/now/table/{name}",
        params=(("sysparm_display_value", "all"), ("sysparm_exclude_reference_link", "true")),
        records="result",
        pages=spec.OffsetPages(size=500, size_param="sysparm_limit", offset_param="sysparm_offset"),
        schema=schema,
        since=spec.Since(
            field=UPDATED.field,
            param=UPDATED.param,
            template=f"{query}{UPDATED.template}",
            format=UPDATED.format,
            zone=UPDATED.zone,
        ),
        optional=optional,
    )


OURS_APART = Unmarked(("correlation_id.value", "correlation_id"))
FULL = spec.RecordSchema(key="sys_id.value", updated_at=("sys_updated_on.value",), keep=OURS_APART)
CHANGED = Named(("number", "number.value", "number.display_value"), r"^CHG")
FULL_CHANGE = spec.RecordSchema(
    key="sys_id.value", updated_at=("sys_updated_on.value",), kind="change", keep=CHANGED
)
FLAT = spec.RecordSchema(key="sys_id", updated_at=("sys_updated_on",), keep=OURS_APART)
FLAT_CHANGE = spec.RecordSchema(key="sys_id", updated_at=("sys_updated_on",), kind="change", keep=CHANGED)

CONNECTOR = spec.Connector(
    name="servicenow",
    title="ServiceNow",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://www.servicenow.com/docs/bundle/yokohama-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html",
    plan="enterprise",
    base_url="https://{instance}.service-now.com",
    credentials=(
        spec.Field(
            "username",
            "User name",
            help="A user with the role itil; to read alone, a read-only one is enough.",
        ),
        spec.Field("password", "Password"),
    ),
    config=(
        spec.Field("instance", "Instance", help="acme for acme.service-now.com", pattern=spec.HOST_LABEL),
        spec.Field(
            "timezone",
            "Time zone of the user",
            help="Queries read times in it.",
            required=False,
            default="UTC",
        ),
        spec.Field(
            "ticket_table",
            "Table for tickets",
            help="Tickets become records of it.",
            required=False,
            default="incident",
            pattern=r"\w+",
        ),
    ),
    auth=spec.Basic("{username}", "{password}"),
    pulls=(
        poll_table("incident", FULL, "", optional=False),
        poll_table("problem", FULL, "", optional=True),
        poll_table("change_request", FULL_CHANGE, "work_startISNOTEMPTY^state!=4^", optional=True),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="change_request", schema=FLAT_CHANGE),
            spec.WebhookEvent(record="incident", schema=FLAT),
            spec.WebhookEvent(record="problem", schema=FLAT),
            spec.WebhookEvent(record="result", schema=FLAT),
            spec.WebhookEvent(record="", when=spec.Condition(path="sys_id"), schema=FLAT),
        ),
        setup=(
            "System Definition › Business Rules on incident, after insert and update: send the record as "
            "JSON to the address with a RESTMessageV2 and the header X-Causeloop-Token."
        ),
    ),
    tickets=True,
    issues=(ALERT, RECORD),
    changes=(CHANGE,),
)
