"""IBM QRadar offenses: polled by the time they were last stored."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Every,
    Has,
    Instant,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

OFFENSE = IssueMapping(
    name="offense",
    identifies=Identifies.EVENT,
    when=Every(
        (Has("id"), Has("description"), Some((Has("magnitude"), Has("offense_type"), Has("severity"))))
    ),
    title="description",
    body="offense_source",
    severity=Band(("magnitude", "severity"), ((8, "critical"), (6, "high"), (4, "medium"), (0, "low"))),
    status="status",
    service=("log_sources.0.name", "offense_source"),
    team="assigned_to",
    error_type=("categories.0", "offense_type_str", "offense_type"),
    external_url=(
        Text("{config.base_url}/console/do/sem/offensesummary?summaryId={id}"),
        Text(
            "https://{config.host}/console/do/sem/offensesummary?appName=Sem&pageId=OffenseSummary&summaryId={id}"
        ),
    ),
    source_created_at=Instant("start_time", TimeFormat.EPOCH_MILLISECONDS),
    resolved_at=Instant(
        ("close_time", "last_persisted_time", "last_updated_time"), TimeFormat.EPOCH_MILLISECONDS
    ),
    attributes={
        "categories": "categories",
        "credibility": "credibility",
        "relevance": "relevance",
        "events": "event_count",
        "rules": "rules",
    },
)

CONNECTOR = spec.Connector(
    name="qradar",
    title="IBM QRadar",
    category=spec.Category.SECURITY,
    docs_url="https://ibmsecuritydocs.github.io/qradar_api_20.0/20.0--siem-offenses-GET.html",
    plan="enterprise",
    base_url="https://{host}",
    credentials=(spec.Field("token", "Authorized service token"),),
    config=(spec.Field("host", "Console host", pattern=spec.HOST),),
    auth=spec.Headers((("SEC", "{token}"),)),
    headers=(("Accept", "application/json"),),
    pulls=(
        spec.Pull(
            name="offenses",
            path="/api/siem/offenses",
            params=(("sort", "+last_persisted_time"),),
            records="",
            pages=spec.RangePages(size=1000),
            schema=spec.RecordSchema(
                updated_at=("last_persisted_time", "last_updated_time", "start_time"),
                times=spec.TimeFormat.EPOCH_MILLISECONDS,
            ),
            since=spec.Since(
                field="last_persisted_time",
                param="filter",
                template="last_persisted_time >= {since}",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
            ),
        ),
    ),
    issues=(OFFENSE,),
)
