"""What the REST API of New Relic answers: violations, incidents and events of alerts, and deployments."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Moment,
    Not,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS


def either_time(*paths: str) -> Moment:
    """The first of some times: milliseconds, or ISO 8601 where a template wrote them so."""
    return (Instant(paths, MILLISECONDS), Instant(paths))


IS_CLOSED = Choose(Has("closed_at"), Literal("closed"), Literal("open"))
VIOLATION = IssueMapping(
    name="violation of the REST API",
    identifies=Identifies.EVENT,
    when=Every((Has("opened_at"), Some((Has("label"), Has("condition_name"))))),
    title=("label", "condition_name"),
    severity="priority",
    status=IS_CLOSED,
    service="entity.name",
    error_type="condition_name",
    source_created_at=either_time("opened_at"),
    resolved_at=either_time("closed_at"),
    attributes={"policy": "policy_name", "incident": "links.incident_id"},
)
INCIDENT = IssueMapping(
    name="incident of the REST API",
    identifies=Identifies.EVENT,
    when=Every((Has("opened_at"), Has("incident_preference"))),
    title=Text("Incident {id} of alert policy {links.policy_id}"),
    status=IS_CLOSED,
    source_created_at=either_time("opened_at"),
    resolved_at=either_time("closed_at"),
    attributes={"policy_id": "links.policy_id", "violations": "links.violations"},
)
RECENT_EVENT = IssueMapping(
    name="event of the REST API",
    identifies=Identifies.EVENT,
    when=Every((Has("event_type"), Has("timestamp"), Has("description"), Not(Has("current_state")))),
    title="description",
    severity="priority",
    status="event_type",
    error_type="event_type",
    source_created_at=either_time("timestamp"),
    resolved_at=either_time("timestamp"),
    attributes={"product": "product", "entity_type": "entity_type", "incident": "incident_id"},
)
DEPLOYMENT = ChangeMapping(
    name="deployment",
    when=Some((Has("revision"), Has("deployment_url"), Is("category", ("deployment",)))),
    change_kind=Literal("deploy"),
    title=("description", Text("Deployment of {revision}"), "changelog", "deployment_url"),
    service=("application_name", "links.application", "entity.name"),
    external_url=("deployment_url", "deepLink"),
    changed_at=("timestamp", "created_at"),
)
DEPLOYMENT_SCHEMA = spec.RecordSchema(
    key="deployment/{links.application}/{id}", updated_at=("timestamp",), kind="change"
)
