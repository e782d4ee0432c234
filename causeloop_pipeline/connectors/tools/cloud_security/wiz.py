"""Wiz issues and threat detections: queried over GraphQL, pushed by automation rules."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Choose, Every, Has, Is, Literal, Not, Some, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

QUERY = (
    "query Issues($first: Int, $after: String, $filterBy: IssueFilters) {"
    " issuesV2(first: $first, after: $after, filterBy: $filterBy) {"
    " nodes { id type status severity createdAt updatedAt resolvedAt dueAt statusChangedAt"
    " sourceRule { ... on Control { id name controlDescription: description resolutionRecommendation }"
    " ... on CloudEventRule { id name cloudEventRuleDescription: description }"
    " ... on CloudConfigurationRule { id name cloudConfigurationRuleDescription: description } }"
    " projects { id name slug } serviceTickets { externalId name url }"
    " entitySnapshot { id type name nativeType cloudPlatform region subscriptionName subscriptionExternalId"
    " cloudProviderURL tags } }"
    " pageInfo { hasNextPage endCursor } } }"
)

PUSHED_ISSUE = IssueMapping(
    name="issue of an automation rule",
    identifies=Identifies.EVENT,
    when=Every((Has("issue.id"), Some((Has("control.name"), Has("sourceRule.name"), Has("resource"))))),
    title=("control.name", "sourceRule.name", "issue.name", "trigger.ruleName"),
    body=("control.description", "sourceRule.description", "issue.description"),
    severity=("issue.severity", "control.severity"),
    status=("issue.status", "trigger.type"),
    service=("resource.name", "resource.id"),
    team=("issue.projects.0.name", "issue.projects.0", "issue.projects"),
    environment=("resource.subscriptionName", "resource.subscriptionId"),
    error_type=("control.id", "resource.type"),
    external_url=(
        "issue.url",
        "issue.issueURL",
        "resource.cloudProviderURL",
        Text("https://app.wiz.io/issues#~(issue~'{issue.id})"),
    ),
    source_created_at=("issue.created", "issue.createdAt"),
    resolved_at=("issue.resolvedAt", "issue.resolved", "issue.updatedAt"),
    attributes={"cloud": "resource.cloudPlatform", "region": "resource.region", "risks": "control.risks"},
)
DETECTION = IssueMapping(
    name="threat detection",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("title"), Some((Has("threatId"), Has("tdrId"), Has("triggeringEvents"))))),
    title="title",
    body="description",
    severity="severity",
    status=("status", Literal("detected")),
    service=("primaryResource.name", "resources.0.name"),
    environment=(
        "cloudAccounts.0.name",
        "resources.0.cloudAccount.name",
        "primaryResource.cloudAccount.name",
        "cloudAccounts.0.externalId",
    ),
    error_type=("tdrId", "mitreTechniques.0"),
    external_url=("threatURL", "detectionURL"),
    source_created_at=("createdAt", "timeframe.start"),
    attributes={"source": "tdrSource", "tactics": "mitreTactics", "threat": "threatId"},
)
VULNERABILITY = IssueMapping(
    name="vulnerability finding",
    identifies=Identifies.EVENT,
    when=Every((Has("vulnerableAsset"), Has("name"))),
    title=("detailedName", "name"),
    body=("description", "CVEDescription"),
    severity=("vendorSeverity", "severity", "CVSSSeverity"),
    status="status",
    service="vulnerableAsset.name",
    team="projects.0.name",
    environment=("vulnerableAsset.subscriptionName", "vulnerableAsset.subscriptionExternalId"),
    error_type="name",
    external_url=("portalUrl", "link", "vulnerableAsset.cloudProviderURL"),
    source_created_at=("firstDetectedAt", "createdAt"),
    resolved_at=("resolvedAt", "updatedAt"),
)
CONFIGURATION = IssueMapping(
    name="configuration finding",
    identifies=Identifies.EVENT,
    when=Every((Has("rule.name"), Has("result"), Has("resource"))),
    title="rule.name",
    body=("rule.description", "remediation"),
    severity=("severity", "rule.severity"),
    status=("status", "result"),
    service="resource.name",
    team=("resource.projects.0.name", "projects.0.name"),
    environment=("resource.subscription.name", "resource.subscription.externalId"),
    error_type=("rule.shortId", "rule.id"),
    external_url=("portalUrl", "resource.cloudProviderURL"),
    source_created_at=("firstSeenAt", "analyzedAt"),
    resolved_at=("resolvedAt", "analyzedAt"),
)
ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("status"), Some((Has("sourceRule"), Has("control"), Has("entitySnapshot"))))),
    title=("sourceRule.name", "control.name", "sourceRules.0.name", "title"),
    body=(
        "sourceRule.controlDescription",
        "sourceRule.cloudEventRuleDescription",
        "sourceRule.cloudConfigurationRuleDescription",
        "sourceRule.description",
        "control.description",
        "description",
    ),
    severity="severity",
    status="status",
    service=("entitySnapshot.name", "entity.name", "resource.name"),
    team=("projects.0.name", "project.name"),
    environment=(
        "entitySnapshot.subscriptionName",
        "entitySnapshot.subscriptionExternalId",
        "entity.subscriptionName",
        "resource.subscriptionName",
    ),
    error_type=("sourceRule.id", "control.id", "type"),
    external_url=(
        "url",
        "entitySnapshot.cloudProviderURL",
        "resource.cloudProviderURL",
        Text("https://app.wiz.io/issues#~(issue~'{id})"),
    ),
    source_created_at=("createdAt", "created"),
    resolved_at=("resolvedAt", "statusChangedAt", "updatedAt"),
    attributes={"type": "type", "cloud": "entitySnapshot.cloudPlatform", "region": "entitySnapshot.region"},
)
AUDIT = ChangeMapping(
    name="audit entry",
    when=Every((Has("action"), Has("timestamp"), Not(Is("status", ("failed", "access_denied"))))),
    change_kind=Literal("config_change"),
    title="action",
    service=("serviceAccount.name", "user.name"),
    changed_at="timestamp",
)
REFUSED_ACTION = IssueMapping(
    name="refused administrative action",
    identifies=Identifies.EVENT,
    when=Every((Has("action"), Has("timestamp"), Is("status", ("failed", "access_denied")))),
    title="action",
    severity=Literal("warning"),
    status=Choose(Is("status", ("access_denied",)), Literal("access_denied"), Literal("failed")),
    service=("serviceAccount.name", "user.name"),
    error_type="status",
    source_created_at="timestamp",
)


def is_refused(entry: spec.Record) -> bool:
    """Whether an audit entry tells of an action that did not succeed."""
    return str(entry.get("status")).lower() in {"failed", "access_denied"}


def is_edit(entry: spec.Record) -> bool:
    """Whether an audit entry changed something; reads and sign-ins are left out."""
    edits = ("create", "update", "delete", "set", "enable", "disable", "add", "remove", "revoke")
    return not is_refused(entry) and str(entry.get("action", "")).lower().startswith(edits)


ISSUE_SCHEMA = spec.RecordSchema(updated_at=("updatedAt", "statusChangedAt", "createdAt"))
DETECTION_SCHEMA = spec.RecordSchema(updated_at=("createdAt",), kind="detection")

CONNECTOR = spec.Connector(
    name="wiz",
    title="Wiz",
    category=spec.Category.SECURITY,
    docs_url="https://win.wiz.io/reference/pull-issues",
    plan="growth",
    base_url="https://api.{region}.app.wiz.io",
    site=(),
    credentials=(
        spec.Field("client_id", "Client ID", help="Of a service account with the scope read:issues."),
        spec.Field("client_secret", "Client secret"),
    ),
    config=(
        spec.Field(
            "region",
            "Data center",
            help="Tenant info shows it, such as us20 or eu3.",
            pattern=r"[a-z]+[0-9]*",
        ),
    ),
    auth=spec.OAuth2(token_url="https://auth.app.wiz.io/oauth/token", parameters=(("audience", "wiz-api"),)),
    pulls=(
        spec.Pull(
            name="issues",
            path="/graphql",
            method="POST",
            graphql=QUERY,
            records="data.issuesV2.nodes",
            pages=spec.TokenPages(
                next_path="data.issuesV2.pageInfo.endCursor",
                param="after",
                more_path="data.issuesV2.pageInfo.hasNextPage",
                size=500,
                size_param="first",
            ),
            schema=ISSUE_SCHEMA,
            since=spec.Since(field="statusChangedAt", param="filterBy.statusChangedAt.after"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.SharedSecret("authorization", prefix="Bearer "),
            spec.SharedSecret("x-causeloop-token"),
            spec.OWN_SIGNATURE,
        ),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="issue.id"),
                schema=spec.RecordSchema(
                    key="issue.id", updated_at=("issue.updatedAt", "issue.updated"), kind="event"
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="tdrId"), schema=DETECTION_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="threatId"), schema=DETECTION_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="vulnerableAsset"),
                schema=spec.RecordSchema(updated_at=("updatedAt", "lastDetectedAt"), kind="vulnerability"),
            ),
            spec.WebhookEvent(
                record="data.issues.nodes", schema=spec.RecordSchema(updated_at=("updatedAt", "createdAt"))
            ),
            spec.WebhookEvent(
                record="data.vulnerabilityFindings.nodes",
                schema=spec.RecordSchema(updated_at=("updatedAt", "lastDetectedAt"), kind="vulnerability"),
            ),
            *(
                spec.WebhookEvent(
                    record=record,
                    when=spec.Condition(path=path),
                    schema=spec.RecordSchema(
                        updated_at=("analyzedAt", "firstSeenAt"),
                        kind="configuration",
                        keep=Among("result", ("fail", "error")),
                    ),
                )
                for record, path in (
                    ("data.configurationFindings.nodes", "data.configurationFindings.nodes"),
                    ("", "rule.shortId"),
                )
            ),
            spec.WebhookEvent(record="data.detections.nodes", schema=DETECTION_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="sourceRule"),
                schema=ISSUE_SCHEMA,
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="entitySnapshot"),
                schema=ISSUE_SCHEMA,
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="status", values=frozenset({"FAILED", "ACCESS_DENIED"})),
                schema=spec.RecordSchema(updated_at=("timestamp",), kind="audit", keep=is_refused),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="action"),
                schema=spec.RecordSchema(
                    key="change/{id}", updated_at=("timestamp",), kind="change", keep=is_edit
                ),
            ),
        ),
        setup="Settings › Integrations › Webhook with an Authorization header that holds the secret, "
        "then Policies › Automation rules: send issues that are created, updated or resolved.",
    ),
    issues=(PUSHED_ISSUE, DETECTION, VULNERABILITY, CONFIGURATION, ISSUE, REFUSED_ACTION),
    changes=(AUDIT,),
)
