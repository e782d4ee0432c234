"""AWS Security Hub findings: as EventBridge pushes them or the API lists them, in both of its formats."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Some,
    Tag,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

NORMALIZED_BANDS = ((90, "critical"), (70, "high"), (40, "medium"), (0, "low"))

FINDING = IssueMapping(
    name="finding",
    identifies=Identifies.EVENT,
    when=Every((Has("Title"), Some((Has("GeneratorId"), Has("AwsAccountId"), Has("ProductArn"))))),
    title="Title",
    body="Description",
    severity=(
        "Severity.Label",
        "FindingProviderFields.Severity.Label",
        Band("Severity.Normalized", NORMALIZED_BANDS),
    ),
    status=Choose(
        Is("RecordState", ("ARCHIVED",)),
        Literal("ARCHIVED"),
        Choose(Is("Compliance.Status", ("PASSED",)), Literal("PASSED"), ("Workflow.Status", "WorkflowState")),
    ),
    service=(
        Tag("Resources.0.Tags", "service|app|application"),
        "Resources.0.Id",
        "ProductName",
    ),
    team=(Tag("Resources.0.Tags", "team|owner"), "AwsAccountId"),
    environment=Tag("Resources.0.Tags", "environment|env|stage"),
    error_type=("Compliance.SecurityControlId", "Types.0", "GeneratorId"),
    external_url=("SourceUrl", "Remediation.Recommendation.Url"),
    source_created_at=("CreatedAt", "FirstObservedAt"),
    resolved_at="UpdatedAt",
    attributes={
        "region": "Region",
        "account": "AwsAccountId",
        "product": "ProductName",
        "resource_type": "Resources.0.Type",
        "compliance": "Compliance.Status",
    },
)
OCSF_FINDING = IssueMapping(
    name="finding in the OCSF format",
    identifies=Identifies.EVENT,
    when=Every((Has("finding_info.title"), Some((Has("class_uid"), Has("class_name"))))),
    title="finding_info.title",
    body="finding_info.desc",
    severity="severity",
    status=("status", "compliance.status"),
    service=("resources.0.name", "resources.0.uid", "metadata.product.name"),
    team="cloud.account.uid",
    environment=Tag("resources.0.tags", "environment|env|stage"),
    error_type=("compliance.control", "finding_info.types.0", "class_name"),
    external_url="finding_info.src_url",
    source_created_at=(
        "finding_info.created_time_dt",
        Instant("finding_info.created_time", TimeFormat.EPOCH_MILLISECONDS),
        Instant("time", TimeFormat.EPOCH_MILLISECONDS),
    ),
    resolved_at=(
        "finding_info.modified_time_dt",
        Instant("finding_info.modified_time", TimeFormat.EPOCH_MILLISECONDS),
    ),
    attributes={"region": "cloud.region", "account": "cloud.account.uid"},
)

FINDING_SCHEMA = spec.RecordSchema(key="Id", updated_at=("UpdatedAt", "CreatedAt"))
OCSF_SCHEMA = spec.RecordSchema(
    key="finding_info.uid",
    updated_at=("finding_info.modified_time_dt", "finding_info.created_time_dt"),
    kind="ocsf",
)

CONNECTOR = spec.Connector(
    name="aws_security_hub",
    title="AWS Security Hub",
    category=spec.Category.SECURITY,
    docs_url="https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindings.html",
    plan="growth",
    base_url="https://securityhub.{region}.amazonaws.com",
    credentials=(
        spec.Field(
            "access_key_id", "Access key ID", help="Of a user with the policy AWSSecurityHubReadOnlyAccess."
        ),
        spec.Field("secret_access_key", "Secret access key"),
    ),
    config=(spec.Field("region", "Region", pattern=r"[a-z]{2}(-[a-z]+)+-[0-9]"),),
    auth=spec.AwsSignature(service="securityhub"),
    pulls=(
        spec.Pull(
            name="findings",
            path="/findings",
            method="POST",
            records="Findings",
            pages=spec.TokenPages(
                next_path="NextToken", param="NextToken", size=100, size_param="MaxResults"
            ),
            schema=FINDING_SCHEMA,
            since=spec.Since(field="UpdatedAt"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        embedded=("Message",),
        delivery_path="id",
        events=(
            spec.WebhookEvent(
                record="Message.detail.findings",
                when=spec.Condition(path="Message.detail.findings.0.Id"),
                schema=FINDING_SCHEMA,
            ),
            spec.WebhookEvent(
                record="detail.findings",
                when=spec.Condition(path="detail.findings.0.Id"),
                schema=FINDING_SCHEMA,
            ),
            spec.WebhookEvent(record="detail.findings", schema=OCSF_SCHEMA),
            spec.WebhookEvent(
                record="Findings", when=spec.Condition(path="Findings.0.Id"), schema=FINDING_SCHEMA
            ),
            spec.WebhookEvent(record="Findings", schema=OCSF_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="finding_info"), schema=OCSF_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="Id"), schema=FINDING_SCHEMA),
        ),
        setup="EventBridge rule for Security Hub findings with an API destination: this address, and an API "
        "key connection that sends the secret in the header x-causeloop-token.",
    ),
    issues=(FINDING, OCSF_FINDING),
)
