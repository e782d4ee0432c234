"""Dynatrace problems: listed by the time they were open in, pushed by a custom integration; deployments."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.dynatrace_events import (
    DEPLOYMENT,
    EVENT,
    EVENTS,
    LISTED_DEPLOYMENT_SCHEMA,
)
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Instant,
    Join,
    Match,
    PlainText,
    Pluck,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

SERVICE_TAGS = "(?:\\[[^]]*\\])?(?:service|app|application|component)"
TEAM_TAGS = "(?:\\[[^]]*\\])?(?:team|owner|squad)"
ENVIRONMENT_TAGS = "(?:\\[[^]]*\\])?(?:environment|env|stage)"
MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS
TEMPLATE = (
    '{"PID": "{PID}", "ProblemID": "{ProblemID}", "State": "{State}", "ProblemTitle": "{ProblemTitle}", '
    '"ProblemSeverity": "{ProblemSeverity}", "ProblemImpact": "{ProblemImpact}", "ProblemURL": '
    '"{ProblemURL}", "ImpactedEntities": {ImpactedEntities}, "Tags": "{Tags}", '
    '"ProblemDetailsJSONv2": {ProblemDetailsJSONv2}}'
)
DETAILS = ("ProblemDetailsJSONv2", "ProblemDetailsJSON", "ProblemDetails")


def in_details(*fields: str) -> tuple[str, ...]:
    """The paths of fields of the problem inside a notification."""
    return tuple(f"{details}.{field}" for details in DETAILS for field in fields)


def millisecond_times(*paths: str) -> Instant:
    """The first of some times in milliseconds; -1 says that the problem is still open."""
    return Instant(paths, MILLISECONDS)


ENTITIES = (
    "rootCauseEntity.name",
    "impactedEntities.0.name",
    "affectedEntities.0.name",
)
SECURITY_PROBLEM = IssueMapping(
    name="security problem",
    identifies=Identifies.EVENT,
    when=Every((Has("securityProblemId"), Has("title"))),
    title="title",
    body="description",
    severity="riskAssessment.riskLevel",
    status="status",
    service="packageName",
    team="managementZones.0.name",
    error_type=("cveIds.0", "vulnerabilityType"),
    external_url="url",
    source_created_at=millisecond_times("firstSeenTimestamp"),
    resolved_at=millisecond_times("lastResolvedTimestamp", "lastUpdatedTimestamp"),
    attributes={"technology": "technology", "number": "displayId"},
)
PROBLEM = IssueMapping(
    name="problem",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Has("status"), Some((Has("problemId"), Has("displayId"))))),
    title="title",
    body=Join(
        (
            "evidenceDetails.details.0.displayName",
            "recentComments.comments.0.content",
        ),
        "\n",
    ),
    severity="severityLevel",
    status="status",
    service=(Tag("entityTags", SERVICE_TAGS), *ENTITIES),
    team=(Tag("entityTags", TEAM_TAGS), "managementZones.0.name"),
    environment=(
        Tag("entityTags", ENVIRONMENT_TAGS),
        r"k8s\.namespace\.name.0",
        "managementZones.0.name",
    ),
    error_type=("evidenceDetails.details.0.eventType", "impactLevel"),
    external_url=(
        "problemUrl",
        Text("https://{config.environment}.live.dynatrace.com/#problems/problemdetails;pid={problemId}"),
    ),
    source_created_at=millisecond_times("startTime"),
    resolved_at=millisecond_times("endTime"),
    attributes={
        "display_id": "displayId",
        "impact": "impactLevel",
        "root_cause": "rootCauseEntity.name",
        "tags": Pluck("entityTags", "stringRepresentation"),
    },
)
FORMER_PROBLEM = IssueMapping(
    name="problem of the API of version 1",
    identifies=Identifies.EVENT,
    when=Every((Has("displayName"), Has("status"), Has("impactLevel"))),
    title=(
        Concat((("rankedImpacts.0.eventType", "rankedEvents.0.eventType"), Text(" ({displayName})"))),
        Text("Problem {displayName}"),
    ),
    severity="severityLevel",
    status="status",
    service=("rankedImpacts.0.entityName", "rankedEvents.0.entityName", "rankedImpacts.0.entityId"),
    error_type=("rankedImpacts.0.eventType", "rankedEvents.0.eventType"),
    external_url=(
        Text("{config.base_url}/#problems/problemdetails;pid={id}"),
        Text("https://{config.environment}.live.dynatrace.com/#problems/problemdetails;pid={id}"),
    ),
    source_created_at=millisecond_times("startTime"),
    resolved_at=millisecond_times("endTime"),
    attributes={"display_id": "displayName", "impact": "impactLevel"},
)
NOTIFICATION = IssueMapping(
    name="notification",
    identifies=Identifies.EVENT,
    when=Every((Has("State"), Some((Has("ProblemTitle"), Has("ProblemID"))))),
    title=("ProblemTitle", *in_details("title", "displayName")),
    body=(
        "ProblemDetailsText",
        "ProblemDetailsMarkdown",
        PlainText("ProblemDetailsHTML"),
        "ProblemDetails",
    ),
    severity=("ProblemSeverity", *in_details("severityLevel")),
    status="State",
    service=(
        Tag("Tags", SERVICE_TAGS),
        *in_details("rootCauseEntity.name"),
        "ImpactedEntities.0.name",
        "NamesOfImpactedEntities",
        Match("ImpactedEntity", r"^(?:[^,]* on )?([^,]+)"),
        *in_details("affectedEntities.0.name", "rankedEvents.0.entityName"),
    ),
    team=(Tag("Tags", TEAM_TAGS), *in_details("managementZones.0.name")),
    environment=(Tag("Tags", ENVIRONMENT_TAGS), *in_details("managementZones.0.name")),
    error_type=(*in_details("rankedEvents.0.eventType"), "ProblemImpact", *in_details("impactLevel")),
    external_url=("ProblemURL", "Problem URL"),
    source_created_at=(millisecond_times(*in_details("startTime")), Instant(in_details("startTime"))),
    resolved_at=(millisecond_times(*in_details("endTime")), Instant(in_details("endTime"))),
    attributes={"display_id": "ProblemID", "impact": "ProblemImpact", "tags": "Tags"},
)
DAVIS_PROBLEM = IssueMapping(
    name="problem of a DQL query or workflow",
    identifies=Identifies.EVENT,
    when=Every((Has(r"event\.status"), Has(r"event\.name"))),
    title=r"event\.name",
    body=r"event\.description",
    severity=(r"event\.category", r"event\.severity"),
    status=r"event\.status",
    service=(r"dt\.entity\.service\.name", r"affected_entity_names.0", r"root_cause_entity_name"),
    team=(r"dt\.owner", r"management_zones.0"),
    environment=(r"deployment\.environment", r"k8s\.namespace\.name.0", r"k8s\.namespace\.name"),
    error_type=(r"event\.type", r"event\.category"),
    external_url=Text(
        r"https://{config.environment}.apps.dynatrace.com/ui/apps/dynatrace.davis.problems/problem/{event\.id}"
    ),
    source_created_at=(r"event\.start", "timestamp"),
    resolved_at=r"event\.end",
    attributes={"display_id": "display_id", "root_cause": "root_cause_entity_name"},
)

# The end of an open problem is -1 and its start never changes: versions are ordered by when they arrive.
PROBLEM_SCHEMA = spec.RecordSchema(key="problemId", updated_at=(), times=spec.TimeFormat.EPOCH_MILLISECONDS)

CONNECTOR = spec.Connector(
    name="dynatrace",
    title="Dynatrace",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.dynatrace.com/docs/dynatrace-api/environment-api/problems-v2/problems/get-problems-list",
    plan="starter",
    base_url="https://{environment}.live.dynatrace.com",
    credentials=(spec.Field("token", "Access token", help="With the scopes problems.read and events.read."),),
    config=(
        spec.Field(
            "environment",
            "Environment ID",
            help="The first part of your address, such as abc12345.",
            pattern=spec.HOST_LABEL,
        ),
    ),
    auth=spec.Headers((("Authorization", "Api-Token {token}"),)),
    pulls=(
        spec.Pull(
            name="problems",
            path="/api/v2/problems",
            params=(("fields", "evidenceDetails,recentComments"), ("sort", "+startTime")),
            records="problems",
            pages=spec.TokenPages(
                next_path="nextPageKey", param="nextPageKey", alone=True, size=50, size_param="pageSize"
            ),
            schema=PROBLEM_SCHEMA,
            # Problems that were open at any time since then, so that a problem is seen to be closed.
            since=spec.Since(
                field="startTime",
                param="from",
                until_param="to",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
                overlap=timedelta(hours=1),
            ),
        ),
        spec.Pull(
            name="deployments",
            path="/api/v2/events",
            params=(("eventSelector", 'eventType("CUSTOM_DEPLOYMENT","CUSTOM_CONFIGURATION")'),),
            records="events",
            pages=spec.TokenPages(
                next_path="nextPageKey", param="nextPageKey", alone=True, size=1000, size_param="pageSize"
            ),
            schema=LISTED_DEPLOYMENT_SCHEMA,
            since=spec.Since(
                field="startTime",
                param="from",
                until_param="to",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
                overlap=timedelta(hours=1),
            ),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        embedded=DETAILS,
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="PID"),
                schema=spec.RecordSchema(key="PID", updated_at=(), kind="notification"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="ProblemID"),
                schema=spec.RecordSchema(key="ProblemID", updated_at=(), kind="notification"),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="problemId"), schema=PROBLEM_SCHEMA),
            *EVENTS,
            spec.WebhookEvent(
                record="securityProblems",
                schema=spec.RecordSchema(
                    key="securityProblemId",
                    updated_at=("lastUpdatedTimestamp", "firstSeenTimestamp"),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="security_problem",
                ),
            ),
            spec.WebhookEvent(
                record="result.problems",
                schema=spec.RecordSchema(updated_at=(), kind="former_problem"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="displayName"),
                schema=spec.RecordSchema(updated_at=(), kind="former_problem"),
            ),
            spec.WebhookEvent(
                record="records",
                when=spec.Condition(path=r"records.0.event\.id"),
                schema=spec.RecordSchema(key=r"event\.id", updated_at=("timestamp",), kind="davis"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path=r"event\.id"),
                schema=spec.RecordSchema(key=r"event\.id", updated_at=("timestamp",), kind="davis"),
            ),
        ),
        setup="Settings › Integration › Problem notifications › Custom integration: the address, the header "
        f"x-causeloop-token with the secret, call for closed problems as well; payload {TEMPLATE}",
    ),
    issues=(NOTIFICATION, DAVIS_PROBLEM, SECURITY_PROBLEM, EVENT, PROBLEM, FORMER_PROBLEM),
    changes=(DEPLOYMENT,),
)
