"""Trivy reports: vulnerabilities, misconfigurations and secrets that a scan found, pushed by CI."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Join,
    Kind,
    Literal,
    Match,
    Some,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

# `registry.acme.example/shop/checkout:1.4` is the service checkout, whatever its version.
ARTIFACT = Match("artifact", r"([^/:@]+)(?::[^/:]+)?(?:@.+)?$")
VULNERABILITY = IssueMapping(
    name="vulnerability",
    identifies=Identifies.EVENT,
    when=Every((Kind(("vulnerability",)), Has("VulnerabilityID"))),
    title=(
        Concat((Join(("VulnerabilityID", "PkgName"), " in "), Literal(": "), "Title")),
        Join(("VulnerabilityID", "PkgName"), " in "),
    ),
    body="Description",
    severity="Severity",
    status=("Status", Literal("affected")),
    service=ARTIFACT,
    error_type=("CweIDs.0", "VulnerabilityID"),
    external_url="PrimaryURL",
    source_created_at=("scanned_at",),
    attributes={
        "package": "PkgName",
        "installed": "InstalledVersion",
        "fixed": "FixedVersion",
        "artifact": "artifact",
    },
)
MISCONFIGURATION = IssueMapping(
    name="misconfiguration",
    identifies=Identifies.EVENT,
    when=Every((Kind(("misconfiguration",)), Some((Has("AVDID"), Has("ID"))))),
    title=Join((("AVDID", "ID"), "Title"), ": "),
    body=("Message", "Description"),
    severity="Severity",
    status=("Status", Literal("FAIL")),
    service=(ARTIFACT, "Namespace"),
    error_type=("Type", "ID"),
    external_url="PrimaryURL",
    source_created_at=("scanned_at",),
    attributes={"resolution": "Resolution", "resource": "CauseMetadata.Resource", "artifact": "artifact"},
)
SECRET = IssueMapping(
    name="secret",
    identifies=Identifies.EVENT,
    when=Every((Kind(("secret",)), Has("RuleID"))),
    title=Join(("Title", "Target"), " in "),
    severity="Severity",
    status=Literal("affected"),
    service=ARTIFACT,
    error_type="RuleID",
    source_created_at=("scanned_at",),
    attributes={"category": "Category", "line": "StartLine", "artifact": "artifact"},
)


def receive_findings(kind: str, name: str, key: str) -> spec.WebhookEvent:
    """The findings of a kind in each target of a report."""
    return spec.WebhookEvent(
        record=f"Results.*.{name}.*",
        schema=spec.RecordSchema(key=key, updated_at=("scanned_at",), kind=kind),
        add=(("artifact", "ArtifactName"), ("scanned_at", "CreatedAt")),
    )


CONNECTOR = spec.Connector(
    name="trivy",
    title="Trivy",
    category=spec.Category.SECURITY,
    docs_url="https://trivy.dev/latest/docs/configuration/reporting/#json",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            receive_findings("vulnerability", "Vulnerabilities", "{artifact}/{PkgName}/{VulnerabilityID}"),
            receive_findings(
                "misconfiguration", "Misconfigurations", "{artifact}/{AVDID|ID}/{CauseMetadata.Resource|ID}"
            ),
            receive_findings("secret", "Secrets", "{artifact}/{RuleID}/{StartLine}"),
        ),
        setup="trivy image --format json --output report.json …, then post report.json with the header "
        "X-Causeloop-Token.",
    ),
    issues=(VULNERABILITY, MISCONFIGURATION, SECRET),
)
