"""Snyk issues: polled by their last change, pushed with each snapshot of a project; and its audit log."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Choose, Every, Has, Is, Literal, Some
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

EDITS = ("create", "edit", "delete", "remove", "add", "update", "revoke", "enable", "disable", "sync")

ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("attributes.title"), Has("attributes.key"))),
    title="attributes.title",
    body=("attributes.description", "attributes.problems.0.id"),
    severity="attributes.effective_severity_level",
    status=Choose(Is("attributes.ignored", ("true",)), Literal("ignored"), "attributes.status"),
    service=(
        "attributes.coordinates.0.representations.0.dependency.package_name",
        "relationships.scan_item.data.id",
    ),
    team="relationships.organization.data.id",
    error_type=("attributes.classes.0.id", "attributes.problems.0.id", "attributes.type"),
    external_url="attributes.problems.0.url",
    source_created_at="attributes.created_at",
    resolved_at=("attributes.resolution.resolved_at", "attributes.updated_at"),
    attributes={"type": "attributes.type", "tool": "attributes.tool", "problems": "attributes.problems"},
)
PUSHED_ISSUE = IssueMapping(
    name="issue of a snapshot",
    identifies=Identifies.EVENT,
    when=Every((Has("issueData.title"), Has("id"))),
    title="issueData.title",
    body="issueData.description",
    severity=("issueData.severity", "severity"),
    status=Choose(
        Has("removed_from_project"),
        Literal("removed"),
        Choose(
            Is("isIgnored", ("true",)),
            Literal("ignored"),
            Choose(
                Some((Is("isFixed", ("true",)), Is("isPatched", ("true",)))), Literal("fixed"), Literal("new")
            ),
        ),
    ),
    service=("project_name", "pkgName"),
    team=("organization_name", "group_name"),
    environment="project_environment",
    error_type=("issueData.identifiers.CWE.0", "issueData.id", "issueType"),
    external_url="issueData.url",
    source_created_at=("introducedDate", "issueData.publicationTime"),
    attributes={"package": "pkgName", "versions": "pkgVersions"},
)
REPORTED_ISSUE = IssueMapping(
    name="issue of the reporting API",
    identifies=Identifies.EVENT,
    when=Every((Has("issue.title"), Has("issue.severity"))),
    title="issue.title",
    severity="issue.severity",
    status=Choose(
        Is("isFixed", ("true",)),
        Literal("fixed"),
        Choose(Is("issue.isIgnored", ("true",)), Literal("ignored"), Literal("open")),
    ),
    service=("project.name", "projects.0.name", "issue.package"),
    error_type=("issue.identifiers.CWE.0", "issue.id", "issue.type"),
    external_url=("issue.url", "project.url", "projects.0.url"),
    source_created_at=("introducedDate", "issue.disclosureTime"),
    resolved_at="fixedDate",
)
CLI_ISSUE = IssueMapping(
    name="vulnerability of the CLI",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Has("severity"), Some((Has("packageName"), Has("moduleName"))))),
    title="title",
    body="description",
    severity="severity",
    service=("project_name", "packageName", "moduleName"),
    error_type=("identifiers.CWE.0", "identifiers.CVE.0", "id"),
    external_url=("url", "references.0.url"),
    source_created_at=("publicationTime", "disclosureTime", "creationTime"),
    attributes={"package": "packageName", "version": "version", "fixed_in": "fixedIn"},
)
AUDIT = ChangeMapping(
    name="audit event",
    when=Every((Has("event"), Has("created"))),
    change_kind=Literal("config_change"),
    title="event",
    service=("project_name", "projectId", "orgId", "org_id", "groupId", "group_id"),
    changed_at="created",
)


def is_edit(event: spec.Record) -> bool:
    """Whether an audit event changed settings, policies or members."""
    return str(event.get("event", "")).rpartition(".")[2].startswith(EDITS)


AUDIT_SCHEMA = spec.RecordSchema(
    key="audit/{event}/{created}", updated_at=("created",), kind="change", keep=is_edit
)
PUSHED_SCHEMA = spec.RecordSchema(key="{project_id}/{id}", updated_at=("introducedDate",), kind="snapshot")
PROJECT = (
    ("project_id", "project.id"),
    ("project_name", "project.name"),
    ("project_environment", "project.attributes.environment.0"),
    ("organization_name", "org.name"),
    ("group_name", "group.name"),
)

CONNECTOR = spec.Connector(
    name="snyk",
    title="Snyk",
    category=spec.Category.SECURITY,
    docs_url="https://docs.snyk.io/snyk-api/reference/issues",
    plan="starter",
    base_url="https://api.snyk.io",
    site=("organization",),
    credentials=(spec.Field("api_token", "API token", help="Of a service account with the role Viewer."),),
    config=(spec.Field("organization", "Organization ID", pattern=r"[0-9a-fA-F-]{36}"),),
    auth=spec.Headers((("Authorization", "token {api_token}"),)),
    headers=(("Accept", "application/vnd.api+json"),),
    pulls=(
        spec.Pull(
            name="issues",
            path="/rest/orgs/{organization}/issues",
            params=(("version", "2024-10-15"),),
            records="data",
            pages=spec.NextUrlPages(url="links.next", size=100, size_param="limit"),
            schema=spec.RecordSchema(updated_at=("attributes.updated_at", "attributes.created_at")),
            since=spec.Since(field="attributes.updated_at", param="updated_after"),
        ),
        spec.Pull(
            name="audit",
            path="/rest/orgs/{organization}/audit_logs/search",
            params=(("version", "2024-10-15"),),
            records="data.items",
            pages=spec.NextUrlPages(url="links.next", size=100, size_param="size"),
            schema=AUDIT_SCHEMA,
            since=spec.Since(field="created", param="from"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-hub-signature", prefix="sha256="),),
        delivery_header="x-snyk-transport-id",
        ignore=(spec.Condition(path="webhookId"),),
        events=(
            spec.WebhookEvent(
                record="newIssues",
                when=spec.Condition(path="newIssues.0"),
                schema=PUSHED_SCHEMA,
                add=PROJECT,
            ),
            spec.WebhookEvent(
                record="removedIssues",
                when=spec.Condition(path="removedIssues.0"),
                schema=PUSHED_SCHEMA,
                add=(*PROJECT, ("removed_from_project", "project.id")),
            ),
            spec.WebhookEvent(record="newIssues", schema=PUSHED_SCHEMA, add=PROJECT),
            spec.WebhookEvent(
                record="vulnerabilities",
                when=spec.Condition(path="vulnerabilities.0.severity"),
                schema=spec.RecordSchema(updated_at=("modificationTime",), kind="cli"),
                add=(("project_name", "projectName"),),
            ),
            spec.WebhookEvent(record="issues", schema=spec.RecordSchema(updated_at=("introducedDate",))),
            spec.WebhookEvent(
                record="results",
                schema=spec.RecordSchema(key="issue.id", updated_at=("introducedDate",), kind="report"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="issue.severity"),
                schema=spec.RecordSchema(key="issue.id", updated_at=("introducedDate",), kind="report"),
            ),
        ),
        setup="Create it by the API: POST /v1/org/{organization}/webhooks with the address and the secret.",
    ),
    issues=(ISSUE, PUSHED_ISSUE, REPORTED_ISSUE, CLI_ISSUE),
    changes=(AUDIT,),
)
