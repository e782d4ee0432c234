"""SonarQube: bugs, vulnerabilities and hotspots, and quality gates that an analysis failed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Element,
    Every,
    Has,
    Is,
    Join,
    Literal,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies


def breached(name: str) -> Element:
    """A field of the first condition that a quality gate found breached."""
    return Element("qualityGate.conditions", key="status", equals="ERROR", take=name)


HOTSPOT = IssueMapping(
    name="security hotspot",
    identifies=Identifies.EVENT,
    when=Has("vulnerabilityProbability"),
    title="message",
    body="securityCategory",
    severity="vulnerabilityProbability",
    status=("resolution", "status"),
    service=("project.name", "project.key", "project"),
    team="assignee",
    error_type=("ruleKey", "securityCategory"),
    external_url=(
        Text("{config.base_url}/security_hotspots?id={project}&hotspots={key}"),
        Text("https://sonarcloud.io/project/security_hotspots?id={project}&hotspots={key}"),
    ),
    source_created_at="creationDate",
    resolved_at="updateDate",
    attributes={"component": "component", "line": "line", "author": "author"},
)
ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("key"), Has("message"), Some((Has("rule"), Has("type"), Has("impacts"))))),
    title="message",
    body=Join(("rule", "component"), " · "),
    severity=("severity", "impacts.0.severity"),
    status=("resolution", "issueStatus", "status"),
    service=("projectName", "project"),
    team="assignee",
    environment="branch",
    error_type=("rule", "type"),
    external_url=(
        Text("{config.base_url}/project/issues?id={project}&open={key}"),
        Text("https://sonarcloud.io/project/issues?id={project}&open={key}"),
    ),
    source_created_at="creationDate",
    resolved_at=("closeDate", "updateDate"),
    attributes={
        "type": "type",
        "component": "component",
        "line": "line",
        "effort": "effort",
        "author": "author",
        "tags": "tags",
    },
)
QUALITY_GATE = IssueMapping(
    name="quality gate of an analysis",
    identifies=Identifies.CONDITION,
    when=Has("qualityGate.status"),
    title=Join((Literal("Quality gate of"), ("project.name", "project.key"), "qualityGate.status")),
    body=Join(tuple(breached(name) for name in ("metric", "value", "errorThreshold"))),
    severity=Text("gate {qualityGate.status}"),
    status=Text("gate {qualityGate.status}"),
    service=("project.name", "project.key"),
    environment="branch.name",
    error_type=(breached("metric"), "qualityGate.name"),
    external_url=("branch.url", "project.url", "serverUrl"),
    source_created_at=("analysedAt", "changedAt"),
    firing_start=FiringStart.CHANGED,
    resolved_at=("analysedAt", "changedAt"),
    attributes={"revision": "revision", "conditions": "qualityGate.conditions"},
)
FAILED_ANALYSIS = IssueMapping(
    name="failed analysis",
    identifies=Identifies.EVENT,
    when=Every((Has("taskId"), Is("status", ("FAILED", "CANCELED")))),
    title=Join((Literal("Analysis of"), ("project.name", "project.key"), "status")),
    severity=Literal("error"),
    status="status",
    service=("project.name", "project.key"),
    environment="branch.name",
    external_url=("project.url", "serverUrl"),
    source_created_at=("analysedAt", "changedAt"),
)

ISSUE_SCHEMA = spec.RecordSchema(key="key", updated_at=("updateDate", "creationDate"))
HOTSPOT_SCHEMA = spec.RecordSchema(key="key", updated_at=("updateDate", "creationDate"), kind="hotspot")


def has_branch(analysis: spec.Record) -> bool:
    """Whether an analysis says of which branch it is; editions without branches do not."""
    return bool(analysis.get("branch"))


def has_no_branch(analysis: spec.Record) -> bool:
    """Whether an analysis is of the only branch there is."""
    return not has_branch(analysis)


CONNECTOR = spec.Connector(
    name="sonarqube",
    title="SonarQube",
    category=spec.Category.SECURITY,
    docs_url="https://docs.sonarsource.com/sonarqube-server/extension-guide/web-api",
    plan="free",
    base_url="https://sonarcloud.io",
    site=("organization",),
    credentials=(spec.Field("token", "User token", help="Of a user who may browse the projects."),),
    config=(
        spec.Field(
            "organization", "Organization", help="Only for SonarQube Cloud.", pattern=r"[A-Za-z0-9_-]+"
        ),
    ),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="issues",
            path="/api/issues/search",
            params=(
                ("organization", "{organization}"),
                ("types", "BUG,VULNERABILITY"),
                ("s", "UPDATE_DATE"),
                ("asc", "false"),
            ),
            records="issues",
            pages=spec.NumberedPages(size=500, size_param="ps", page_param="p"),
            schema=ISSUE_SCHEMA,
            since=spec.Since(field="updateDate", newest_first=True),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-sonar-webhook-hmac-sha256"),),
        delivery_path="taskId",
        events=(
            *(
                spec.WebhookEvent(
                    record="",
                    when=spec.Condition(path="qualityGate.status"),
                    schema=spec.RecordSchema(
                        key=key, updated_at=("analysedAt", "changedAt"), kind="gate", keep=keep
                    ),
                )
                for key, keep in (
                    ("gate/{project.key}/{branch.name}", has_branch),
                    ("gate/{project.key}", has_no_branch),
                )
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="taskId"),
                schema=spec.RecordSchema(
                    key="task/{taskId}", updated_at=("analysedAt", "changedAt"), kind="analysis"
                ),
            ),
            spec.WebhookEvent(record="hotspots", schema=HOTSPOT_SCHEMA),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="vulnerabilityProbability"), schema=HOTSPOT_SCHEMA
            ),
        ),
        setup="Administration › Configuration › Webhooks: this address and the secret.",
    ),
    issues=(HOTSPOT, ISSUE, QUALITY_GATE, FAILED_ANALYSIS),
)
