"""Tenable vulnerability findings: as its exports hold them, and as its workbenches list them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

EXPORTED = IssueMapping(
    name="exported finding",
    identifies=Identifies.EVENT,
    when=Every((Has("plugin.name"), Has("asset"))),
    title="plugin.name",
    body=("output", "plugin.synopsis", "plugin.description"),
    severity=("severity", "severity_id", "plugin.risk_factor"),
    status="state",
    service=("asset.hostname", "asset.fqdn", "asset.name", "asset.ipv4"),
    environment=("asset.network_name", "asset.network_id"),
    error_type=("plugin.cve.0", "plugin.family", "plugin.id"),
    external_url=("url", "plugin.see_also.0"),
    source_created_at=("first_found", "indexed", "indexed_at"),
    resolved_at=("last_fixed", "last_found"),
    attributes={"plugin": "plugin.id", "port": "port.port", "solution": "plugin.solution"},
)
WORKBENCH_DETAILS = IssueMapping(
    name="details of a vulnerability",
    identifies=Identifies.EVENT,
    when=Has("plugin_details.name"),
    title="plugin_details.name",
    body=("synopsis", "description"),
    severity=("risk_information.risk_factor", "severity"),
    status="vulnerability_state",
    service="plugin_details.family",
    error_type=("reference_information.0.values.0", "plugin_details.family"),
    external_url="see_also.0",
    source_created_at=("discovery.seen_first", "plugin_details.publication_date"),
    attributes={"solution": "solution", "count": "count"},
)
WORKBENCH = IssueMapping(
    name="vulnerability of a workbench",
    identifies=Identifies.EVENT,
    when=Every((Has("plugin_id"), Has("plugin_name"))),
    title="plugin_name",
    severity="severity",
    status=("vulnerability_state", "state"),
    service="plugin_family",
    error_type=("plugin_family", "plugin_id"),
    source_created_at=("first_found", "discovery.seen_first"),
    resolved_at="last_found",
    attributes={"plugin": "plugin_id", "count": "count"},
)
AUDIT_FINDING = IssueMapping(
    name="compliance finding",
    identifies=Identifies.EVENT,
    when=Every((Has("check_name"), Has("status"), Some((Has("asset_uuid"), Has("asset"))))),
    title="check_name",
    body="check_info",
    severity="status",
    status=("state", "status"),
    service=("asset.hostname", "asset_uuid"),
    error_type=("audit_file", "check_id"),
    source_created_at="first_seen",
    resolved_at="last_fixed",
)
SCANNED = IssueMapping(
    name="vulnerability of a web application scan",
    identifies=Identifies.EVENT,
    when=Every((Some((Has("vuln_id"), Has("finding_id"))), Has("plugin_id"), Some((Has("uri"), Has("url"))))),
    title=("plugin_name", "name", Text("Finding of plugin {plugin_id}")),
    body=("details.output", "output", "details.proof"),
    severity=("severity", "risk_factor"),
    status="state",
    service=("asset_name", "uri", "url"),
    error_type=("plugin_family", "plugin_id"),
    external_url=("uri", "url"),
    source_created_at=("created_at", "first_observed", "first_found"),
    resolved_at=("last_fixed", "last_observed"),
    attributes={"plugin": "plugin_id", "scan": "scan_id"},
)

WORKBENCH_SCHEMA = spec.RecordSchema(key="plugin_id", updated_at=(), kind="workbench")
FINDING_SCHEMA = spec.RecordSchema(
    key="finding_id",
    updated_at=("last_found", "last_observed", "indexed", "indexed_at"),
    kind="finding",
)
EXPORT_SCHEMA = spec.RecordSchema(
    key="{asset.uuid}/{plugin.id}/{port.port}", updated_at=("last_found", "indexed"), kind="finding"
)

CONNECTOR = spec.Connector(
    name="tenable",
    title="Tenable Vulnerability Management",
    category=spec.Category.SECURITY,
    docs_url="https://developer.tenable.com/reference/workbenches-vulnerabilities",
    plan="growth",
    base_url="https://cloud.tenable.com",
    credentials=(
        spec.Field("access_key", "Access key"),
        spec.Field("secret_key", "Secret key", help="Of a user with the role Basic or above."),
    ),
    auth=spec.Headers((("X-ApiKeys", "accessKey={access_key};secretKey={secret_key}"),)),
    pulls=(
        spec.Pull(
            name="vulnerabilities",
            path="/workbenches/vulnerabilities",
            params=(("date_range", "30"),),
            records="vulnerabilities",
            pages=spec.OnePage(),
            schema=WORKBENCH_SCHEMA,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="info",
                when=spec.Condition(path="info.plugin_details"),
                schema=spec.RecordSchema(key="plugin_details.name", updated_at=(), kind="details"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="plugin_details"),
                schema=spec.RecordSchema(key="plugin_details.name", updated_at=(), kind="details"),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="finding_id"), schema=FINDING_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="plugin.id"), schema=EXPORT_SCHEMA),
            spec.WebhookEvent(
                record="findings", when=spec.Condition(path="findings.0.finding_id"), schema=FINDING_SCHEMA
            ),
            spec.WebhookEvent(
                record="items", when=spec.Condition(path="items.0.finding_id"), schema=FINDING_SCHEMA
            ),
            spec.WebhookEvent(
                record="items",
                when=spec.Condition(path="items.0.vuln_id"),
                schema=spec.RecordSchema(key="was/{vuln_id}", updated_at=("created_at",), kind="was"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="check_name"),
                schema=spec.RecordSchema(
                    key="{asset_uuid}/{check_name}", updated_at=("last_seen",), kind="compliance"
                ),
            ),
        ),
        setup="A script that reads the chunks of POST /vulns/export posts each chunk, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(EXPORTED, WORKBENCH_DETAILS, SCANNED, WORKBENCH, AUDIT_FINDING),
)
