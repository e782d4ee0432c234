"""CrowdStrike Falcon alerts: polled by their last change, streamed or forwarded as detection events."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Different,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Not,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

CLOUDS = ("us-1", "us-2", "eu-1", "us-gov-1")
EVENT_TIMES = (
    "metadata.eventCreationTime",
    Instant("metadata.eventCreationTime", TimeFormat.EPOCH_MILLISECONDS),
    "event.UTCTimestamp",
    Instant("event.UTCTimestamp", TimeFormat.EPOCH_SECONDS),
    "event.ProcessStartTime",
    Instant("event.ProcessStartTime", TimeFormat.EPOCH_SECONDS),
    "timestamp",
    Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS),
)
NOT_APPLICABLE = Literal("N/A")
SEVERITY_BANDS = ((80, "critical"), (60, "high"), (40, "medium"), (20, "low"), (0, "informational"))

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("composite_id"), Has("created_timestamp"))),
    title=("display_name", "name", "description"),
    body="description",
    severity=("severity_name", Band("severity", SEVERITY_BANDS)),
    status="status",
    service=("device.hostname", "hostname", "host_names.0", "source_hosts.0", "source_endpoint_host_name"),
    error_type=("technique", "mitre_attack.0.technique", "tactic", "scenario"),
    external_url="falcon_host_link",
    source_created_at="created_timestamp",
    resolved_at=("closed_timestamp", "updated_timestamp"),
    attributes={
        "product": "product",
        "tactic": "tactic",
        "command_line": "cmdline",
        "user_name": "user_name",
        "assigned_to": "assigned_to_name",
    },
)
DETECTION = IssueMapping(
    name="detection of the former Detects API",
    identifies=Identifies.EVENT,
    when=Has("detection_id"),
    title=(
        Join(("behaviors.0.tactic", "behaviors.0.technique"), ": "),
        "behaviors.0.scenario",
        "detection_id",
    ),
    body=("behaviors.0.description", "behaviors.0.cmdline"),
    severity=("max_severity_displayname", Band("max_severity", SEVERITY_BANDS)),
    status="status",
    service="device.hostname",
    error_type=("behaviors.0.technique", "behaviors.0.scenario"),
    source_created_at=("created_timestamp", "first_behavior"),
    resolved_at="date_updated",
    attributes={"assigned_to": "assigned_to_name"},
)
INCIDENT = IssueMapping(
    name="incident of the former Incidents API",
    identifies=Identifies.EVENT,
    when=Has("incident_id"),
    title=("name", "incident_id"),
    body="description",
    severity=Band("fine_score", ((80, "critical"), (60, "high"), (40, "medium"), (0, "low"))),
    status=("status", "state"),
    service="hosts.0.hostname",
    error_type=("techniques.0", "tactics.0"),
    source_created_at=("created", "start"),
    resolved_at=("end", "modified_timestamp"),
    attributes={"assigned_to": "assigned_to_name"},
)
STREAMED_DETECTION = IssueMapping(
    name="detection event",
    identifies=Identifies.EVENT,
    when=Some((Has("event.DetectName"), Has("event.DetectId"), Has("event.CompositeId"))),
    title=("event.DetectName", "event.Name", "event.DetectDescription", "event.Description"),
    body=("event.DetectDescription", "event.Description"),
    severity=("event.SeverityName", "event.Severity"),
    # A stream event says that something was found, never that it was dealt with.
    status=("event.Status", Literal("new")),
    service=("event.ComputerName", "event.Hostname", "event.HostName", "event.EndpointName", "Hostname"),
    error_type=(Different("event.Technique", than=NOT_APPLICABLE), "event.Objective"),
    external_url=("event.FalconHostLink", "event.FalconLink"),
    source_created_at=EVENT_TIMES,
    attributes={
        "tactic": "event.Tactic",
        "command_line": "event.CommandLine",
        "user_name": "event.UserName",
        "event_type": ("metadata.eventType", "event.ExternalApiType"),
    },
)
STREAMED_INCIDENT = IssueMapping(
    name="incident event",
    identifies=Identifies.EVENT,
    when=Has("event.IncidentID"),
    title=("event.IncidentType", "event.Name", "event.IncidentDescription", "event.IncidentID"),
    severity=("event.SeverityName", Band("event.FineScore", SEVERITY_BANDS)),
    status="event.State",
    service=("event.EndpointName", "event.Hostname", "event.HostID"),
    external_url="event.FalconHostLink",
    source_created_at=(
        "event.IncidentStartTime",
        Instant("event.IncidentStartTime", TimeFormat.EPOCH_SECONDS),
        *EVENT_TIMES,
    ),
    resolved_at=("event.IncidentEndTime", Instant("event.IncidentEndTime", TimeFormat.EPOCH_SECONDS)),
)
FORWARDED_DETECTION = IssueMapping(
    name="detection of the data replicator",
    identifies=Identifies.EVENT,
    when=Every((Has("CompositeId"), Some((Has("Name"), Has("Description"))))),
    title=("Name", "DetectName", "Description"),
    body=("Description", "PatternDispositionDescription"),
    severity=("SeverityName", "Severity"),
    status=("Status", Literal("new")),
    service=("Hostname", "ComputerName"),
    error_type=(Different("Technique", than=NOT_APPLICABLE), "Objective"),
    external_url="FalconHostLink",
    source_created_at=(
        "timestamp",
        Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS),
        "UTCTimestamp",
        Instant("UTCTimestamp", TimeFormat.EPOCH_SECONDS),
        "ProcessStartTime",
        Instant("ProcessStartTime", TimeFormat.EPOCH_SECONDS),
    ),
    attributes={"tactic": "Tactic", "command_line": "CommandLine", "user_name": "UserName"},
)
REFUSED_ACTION = IssueMapping(
    name="refused administrative action",
    identifies=Identifies.EVENT,
    when=Every((Has("event.OperationName"), Is("event.Success", ("false",)))),
    title=Join((Literal("Failed:"), "event.OperationName")),
    body=("event.ErrorMessage", "event.Message"),
    severity=Literal("warning"),
    status=Literal("failed"),
    service="event.ServiceName",
    error_type="event.OperationName",
    source_created_at=EVENT_TIMES,
    attributes={"user_id": "event.UserId"},
)
ADMINISTRATION = ChangeMapping(
    name="administrative action",
    when=Every((Has("event.OperationName"), Not(Is("event.Success", ("false",))))),
    change_kind=Literal("config_change"),
    title=Join(("event.OperationName", "event.ServiceName"), " · "),
    service="event.ServiceName",
    changed_at=EVENT_TIMES,
)


def is_edit(event: spec.Record) -> bool:
    """Whether an audit event changed something; sign-ins and reads are left out."""
    audit = event.get("event") or {}
    name = str(audit.get("OperationName", "")).lower()
    edits = (
        "create",
        "update",
        "delete",
        "grant",
        "revoke",
        "enable",
        "disable",
        "change",
        "reset",
        "modify",
    )
    return audit.get("Success") is not False and name.startswith(edits)


def is_refused(event: spec.Record) -> bool:
    """Whether an audit event tells of an action that did not succeed."""
    return (event.get("event") or {}).get("Success") is False


STREAM_KEY = "{metadata.customerIDString}/{metadata.offset}"
EDIT_SCHEMA = spec.RecordSchema(key=f"change/{STREAM_KEY}", updated_at=(), kind="change", keep=is_edit)
REFUSAL_SCHEMA = spec.RecordSchema(key=f"audit/{STREAM_KEY}", updated_at=(), kind="audit", keep=is_refused)


def receive_event(key: str, path: str) -> spec.WebhookEvent:
    """An event of the stream or of the replicator whose id is at a path; it is never written again."""
    schema = spec.RecordSchema(key=key, updated_at=(), kind="event")
    return spec.WebhookEvent(record="", when=spec.Condition(path=path), schema=schema)


CONNECTOR = spec.Connector(
    name="crowdstrike",
    title="CrowdStrike Falcon",
    category=spec.Category.SECURITY,
    docs_url="https://developer.crowdstrike.com/docs/openapi/",
    plan="growth",
    base_url="https://api.{cloud}.crowdstrike.com",
    site=(),
    credentials=(
        spec.Field("client_id", "Client ID", help="Of an API client with the scope Alerts: Read."),
        spec.Field("client_secret", "Client secret"),
    ),
    config=(
        spec.Field(
            "cloud", "Cloud", help="As in the address of your console.", default="us-1", choices=CLOUDS
        ),
    ),
    auth=spec.OAuth2(token_url="/oauth2/token"),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/alerts/combined/alerts/v1",
            method="POST",
            params=(("sort", "updated_timestamp.asc"),),
            records="resources",
            pages=spec.TokenPages(
                next_path="meta.pagination.after", param="after", size=1000, size_param="limit"
            ),
            schema=spec.RecordSchema(
                key="composite_id", updated_at=("updated_timestamp", "created_timestamp")
            ),
            since=spec.Since(
                field="updated_timestamp",
                param="filter",
                template="updated_timestamp:>='{since}'",
                ascending=True,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature("x-cs-primary-signature", encoding="base64"),
            spec.OWN_SIGNATURE,
            spec.SharedSecret("x-causeloop-token"),
        ),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="composite_id"),
                schema=spec.RecordSchema(
                    key="composite_id", updated_at=("updated_timestamp", "created_timestamp")
                ),
            ),
            receive_event("event.CompositeId", "event.CompositeId"),
            receive_event("event.DetectId", "event.DetectId"),
            receive_event("event.IncidentID", "event.IncidentID"),
            receive_event(STREAM_KEY, "event.DetectName"),
            receive_event("CompositeId", "CompositeId"),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="event.Success", values=frozenset({"False"})),
                schema=REFUSAL_SCHEMA,
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="event.OperationName"), schema=EDIT_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="detection_id"),
                schema=spec.RecordSchema(
                    key="detection_id", updated_at=("date_updated", "created_timestamp")
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incident_id"),
                schema=spec.RecordSchema(key="incident_id", updated_at=("modified_timestamp", "created")),
            ),
        ),
        setup="Fusion SOAR › Workflows: action Call webhook with the alert as body, "
        "and the header x-causeloop-token with the secret.",
    ),
    issues=(
        ALERT,
        STREAMED_DETECTION,
        STREAMED_INCIDENT,
        FORWARDED_DETECTION,
        DETECTION,
        INCIDENT,
        REFUSED_ACTION,
    ),
    changes=(ADMINISTRATION,),
    rate_limit=spec.RateLimit(
        remaining="x-ratelimit-remaining", reset="x-ratelimit-retryafter", statuses=frozenset({429})
    ),
)
