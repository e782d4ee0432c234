"""Google Security Command Center findings, polled by event time, or pushed through Pub/Sub."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Choose, Every, Has, Is, Literal, Match
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies


def map_finding(prefix: str) -> IssueMapping:
    """The meaning of a finding whose fields are under a prefix."""
    return IssueMapping(
        name="finding with its resource" if prefix else "finding",
        identifies=Identifies.EVENT,
        when=Every((Has(f"{prefix}name"), Has(f"{prefix}category"))),
        title=f"{prefix}category",
        body=(f"{prefix}description", f"{prefix}sourceProperties.Explanation"),
        severity=(f"{prefix}severity", f"{prefix}sourceProperties.SeverityLevel"),
        status=Choose(Is(f"{prefix}mute", ("MUTED",)), Literal("MUTED"), f"{prefix}state"),
        service=("resource.displayName", "resource.name", f"{prefix}resourceName"),
        team=("resource.projectDisplayName", "resource.gcpMetadata.projectDisplayName"),
        environment=("resource.folders.0.resourceFolderDisplayName", "resource.parentDisplayName"),
        error_type=(f"{prefix}moduleName", f"{prefix}findingClass", f"{prefix}category"),
        external_url=f"{prefix}externalUri",
        source_created_at=(f"{prefix}createTime", f"{prefix}eventTime"),
        resolved_at=f"{prefix}eventTime",
        attributes={
            "class": f"{prefix}findingClass",
            "project": Match(f"{prefix}resourceName", r"projects/([^/]+)"),
            "vulnerability": f"{prefix}vulnerability.cve.id",
        },
    )


NESTED_SCHEMA = spec.RecordSchema(key="finding.name", updated_at=("finding.eventTime", "finding.createTime"))
FINDING_SCHEMA = spec.RecordSchema(key="name", updated_at=("eventTime", "createTime"))

CONNECTOR = spec.Connector(
    name="gcp_scc",
    title="Google Security Command Center",
    category=spec.Category.SECURITY,
    docs_url="https://cloud.google.com/security-command-center/docs/reference/rest",
    plan="growth",
    base_url="https://securitycenter.googleapis.com",
    site=("parent",),
    credentials=(
        spec.Field(
            "service_account",
            "Service account key",
            help="The JSON key of an account with the role Security Center Findings Viewer.",
        ),
    ),
    config=(
        spec.Field(
            "parent",
            "Organization, folder or project",
            help="organizations/1234567890",
            pattern=r"(organizations|folders|projects)/[A-Za-z0-9-]+",
        ),
    ),
    auth=spec.ServiceAccount(scope="https://www.googleapis.com/auth/cloud-platform"),
    pulls=(
        spec.Pull(
            name="findings",
            path="/v2/{parent}/sources/-/findings",
            params=(("orderBy", "event_time"),),
            records="listFindingsResults",
            pages=spec.TokenPages(
                next_path="nextPageToken", param="pageToken", size=1000, size_param="pageSize"
            ),
            schema=NESTED_SCHEMA,
            since=spec.Since(field="finding.eventTime", param="filter", template='event_time >= "{since}"'),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="finding.name"), schema=NESTED_SCHEMA),
            spec.WebhookEvent(record="findings", schema=FINDING_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="category"), schema=FINDING_SCHEMA),
        ),
        setup="A continuous export to Pub/Sub, whose push subscription unwraps the payload and posts it.",
    ),
    issues=(map_finding("finding."), map_finding("")),
)
