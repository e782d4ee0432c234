"""GitHub security alerts: Dependabot, code scanning and secret scanning; and the audit log's changes."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.github_alerts import ALERT_EVENTS, UPDATED
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Join,
    Literal,
    Match,
    Not,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

REPOSITORY = (
    "repository.name",
    Match(("repository.full_name", "repo"), r"[^/]+$"),
    Match(("html_url", "url"), r"(?:github\.[^/]+|repos)/[^/]+/([^/]+)/"),
)
OWNER = (
    "repository.owner.login",
    "organization.login",
    Match("html_url", r"^https://[^/]+/([^/]+)/"),
)
ENDED = ("fixed_at", "dismissed_at", "auto_dismissed_at", "resolved_at", "updated_at")

DEPENDENCY = IssueMapping(
    name="Dependabot alert",
    identifies=Identifies.EVENT,
    when=Every((Has("security_advisory.summary"), Has("number"))),
    title="security_advisory.summary",
    body="security_advisory.description",
    severity=("security_advisory.severity", "security_vulnerability.severity"),
    status="state",
    service=REPOSITORY,
    team=OWNER,
    error_type=(
        "security_advisory.cwes.0.cwe_id",
        "security_advisory.cve_id",
        "security_advisory.ghsa_id",
    ),
    external_url="html_url",
    source_created_at="created_at",
    resolved_at=ENDED,
    attributes={
        "package": ("dependency.package.name", "security_vulnerability.package.name"),
        "manifest": "dependency.manifest_path",
        "ghsa": "security_advisory.ghsa_id",
        "cve": "security_advisory.cve_id",
    },
)
CODE = IssueMapping(
    name="code scanning alert",
    identifies=Identifies.EVENT,
    when=Every((Has("rule"), Has("tool"))),
    title=("rule.description", "rule.name", "rule.id"),
    body=("most_recent_instance.message.text", "rule.full_description", "rule.help"),
    severity=("rule.security_severity_level", "rule.severity"),
    status="state",
    service=REPOSITORY,
    team=OWNER,
    error_type=("rule.id", "rule.name"),
    external_url="html_url",
    source_created_at="created_at",
    resolved_at=ENDED,
    attributes={
        "tool": "tool.name",
        "ref": "most_recent_instance.ref",
        "path": "most_recent_instance.location.path",
    },
)
SECRET = IssueMapping(
    name="secret scanning alert",
    identifies=Identifies.EVENT,
    when=Has("secret_type"),
    title=Join((Literal("Secret found:"), ("secret_type_display_name", "secret_type"))),
    body="resolution_comment",
    severity=Literal("secret"),
    status=("state", "resolution", "action"),
    service=REPOSITORY,
    team=OWNER,
    error_type="secret_type",
    external_url="html_url",
    source_created_at="created_at",
    resolved_at=ENDED,
    attributes={"resolution": "resolution", "validity": "validity", "bypassed": "push_protection_bypassed"},
)
FORMER_DEPENDENCY = IssueMapping(
    name="vulnerability alert",
    identifies=Identifies.EVENT,
    when=Has("affected_package_name"),
    title=Join((Literal("Vulnerable dependency"), "affected_package_name", "affected_range")),
    body="external_reference",
    severity="severity",
    status=("state", "action"),
    service=REPOSITORY,
    team=OWNER,
    error_type=("external_identifier", "ghsa_id"),
    external_url=("html_url", "external_reference"),
    source_created_at="created_at",
    resolved_at=("dismissed_at", "fixed_at"),
    attributes={"package": "affected_package_name", "fixed_in": "fixed_in", "ghsa": "ghsa_id"},
)
ADVISORY = IssueMapping(
    name="security advisory",
    identifies=Identifies.EVENT,
    when=Every((Has("ghsa_id"), Has("summary"), Not(Has("number")))),
    title="summary",
    body="description",
    severity="severity",
    status=("state", "action"),
    service="vulnerabilities.0.package.name",
    error_type=("cwes.0.cwe_id", "cve_id", "ghsa_id"),
    external_url=("html_url", Text("https://github.com/advisories/{ghsa_id}")),
    source_created_at=("published_at", "created_at"),
    resolved_at=("withdrawn_at", "closed_at"),
    attributes={"ecosystem": "vulnerabilities.0.package.ecosystem"},
)
AUDIT = ChangeMapping(
    name="audit event",
    when=Every((Has("action"), Some((Has("_document_id"), Has("actor"))))),
    change_kind=Literal("config_change"),
    title=Join(("action", Match("repo", r"[^/]+$")), " · "),
    service=(Match("repo", r"[^/]+$"), "org", "business"),
    changed_at=(
        Instant("created_at", TimeFormat.EPOCH_MILLISECONDS),
        Instant("@timestamp", TimeFormat.EPOCH_MILLISECONDS),
        "created_at",
        "at_sign_timestamp",
        "@timestamp",
    ),
)
EVERYDAY = ("git.", "workflows.", "pull_request", "issue", "api.", "search.", "repo.download")


def is_edit(event: spec.Record) -> bool:
    """Whether an audit event changed settings, members or protection; everyday work is left out."""
    action = str(event.get("action", ""))
    return "." in action and not action.startswith(EVERYDAY)


def poll_alerts(name: str, updated_at: tuple[str, ...]) -> spec.Pull:
    """One of the three lists of an organization, newest first: none can be filtered by time."""
    return spec.Pull(
        name=name.replace("-", "_").replace("/", "_"),
        path=f"/orgs/{{organization}}/{name}",
        params=(("sort", "updated"), ("direction", "desc")),
        records="",
        pages=spec.LinkPages(size=100),
        schema=spec.RecordSchema(key="html_url", updated_at=updated_at, kind=KINDS[name]),
        since=spec.Since(field="updated_at", newest_first=True),
        optional=True,
    )


KINDS = {
    "dependabot/alerts": "dependabot_alert",
    "code-scanning/alerts": "code_scanning_alert",
    "secret-scanning/alerts": "secret_scanning_alert",
}
CONNECTOR = spec.Connector(
    name="github_security",
    title="GitHub Advanced Security",
    category=spec.Category.SECURITY,
    docs_url="https://docs.github.com/rest/dependabot/alerts",
    plan="starter",
    base_url="https://api.github.com",
    site=(),
    credentials=(
        spec.Field(
            "token", "Token", help="With read access to Dependabot, code scanning and secret scanning alerts."
        ),
    ),
    config=(spec.Field("organization", "Organization", pattern=r"[A-Za-z0-9-]+"),),
    auth=spec.Bearer(),
    headers=(("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")),
    pulls=(
        poll_alerts("dependabot/alerts", UPDATED),
        poll_alerts("code-scanning/alerts", UPDATED),
        poll_alerts("secret-scanning/alerts", UPDATED),
        spec.Pull(
            name="audit_log",
            path="/orgs/{organization}/audit-log",
            params=(("include", "web"), ("order", "desc")),
            records="",
            pages=spec.LinkPages(size=100),
            schema=spec.RecordSchema(
                key="audit/{_document_id}",
                updated_at=("@timestamp",),
                times=spec.TimeFormat.EPOCH_MILLISECONDS,
                kind="change",
                keep=is_edit,
            ),
            since=spec.Since(field="@timestamp", newest_first=True),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-hub-signature-256", prefix="sha256="),),
        delivery_header="x-github-delivery",
        ignore=(spec.Condition(path="zen"),),
        events=(
            *ALERT_EVENTS,
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="_document_id"),
                schema=spec.RecordSchema(
                    key="audit/{_document_id}", updated_at=(), kind="change", keep=is_edit
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="actor"),
                schema=spec.RecordSchema(
                    key="audit/{action}/{actor}/{created_at}", updated_at=(), kind="change", keep=is_edit
                ),
            ),
        ),
        setup="Organization › Settings › Webhooks: content type application/json, the secret, and the events "
        "Dependabot, Code scanning and Secret scanning alerts.",
    ),
    issues=(DEPENDENCY, CODE, SECRET, FORMER_DEPENDENCY, ADVISORY),
    changes=(AUDIT,),
)
