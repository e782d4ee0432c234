"""What a monitor of Datadog means, in the list of monitors and beside incidents."""

from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Match, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

SERVICE, TEAM, ENVIRONMENT = "service|app|application", "team|owner", "env|environment"

MONITOR = IssueMapping(
    name="monitor",
    identifies=Identifies.CONDITION,
    when=Every((Has("name"), Has("overall_state"))),
    title="name",
    body="message",
    severity=("priority", Tag("tags", "severity|priority")),
    status="overall_state",
    service=(Tag("tags", SERVICE), Match("query", r"service:([A-Za-z0-9_./-]+)")),
    team=Tag("tags", TEAM),
    environment=(Tag("tags", ENVIRONMENT), Match("query", r"env:([A-Za-z0-9_./-]+)")),
    error_type="type",
    external_url=Text("https://app.{config.site}/monitors/{id}"),
    source_created_at=("overall_state_modified", "created"),
    firing_start=FiringStart.CHANGED,
    resolved_at=("overall_state_modified", "modified"),
    attributes={"query": "query", "creator": "creator.email", "tags": "tags"},
)
