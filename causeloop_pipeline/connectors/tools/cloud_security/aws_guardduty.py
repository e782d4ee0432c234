"""Amazon GuardDuty findings, pushed by EventBridge, listed by the API or exported to a bucket."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Band, Choose, Every, Has, Is, Literal, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import Counted
from causeloop_pipeline.model.issue import Identifies

SEVERITY_BANDS = ((9, "critical"), (7, "high"), (4, "medium"), (0, "low"))

FINDING = IssueMapping(
    name="finding",
    identifies=Identifies.GROUP,
    when=Every((Has("title"), Has("type"), Has("severity"))),
    title="title",
    body="description",
    severity=Band("severity", SEVERITY_BANDS),
    status=Choose(Is(("service.archived", "archived"), ("true",)), Literal("archived"), Literal("active")),
    service=(
        "resource.eksClusterDetails.name",
        "resource.s3BucketDetails.0.name",
        "resource.rdsDbInstanceDetails.dbInstanceIdentifier",
        "resource.lambdaDetails.functionName",
        "resource.ecsClusterDetails.name",
        "resource.kubernetesDetails.kubernetesWorkloadDetails.name",
        "resource.instanceDetails.instanceId",
        "resource.accessKeyDetails.userName",
        "resource.resourceType",
    ),
    team=(Tag("resource.instanceDetails.tags", "team|owner"), "accountId"),
    environment=(
        Tag("resource.instanceDetails.tags", "env|environment|stage"),
        Tag("resource.eksClusterDetails.tags", "env|environment|stage"),
    ),
    error_type="type",
    external_url=Text(
        "https://{region}.console.aws.amazon.com/guardduty/home?region={region}#/findings?macros=current&fId={id}"
    ),
    source_created_at="createdAt",
    resolved_at="updatedAt",
    occurrences=Counted(count="service.count", last_at=("service.eventLastSeen", "updatedAt")),
    attributes={"region": "region", "account": "accountId", "count": "service.count"},
)
LISTED_FINDING = IssueMapping(
    name="finding of the API",
    identifies=Identifies.GROUP,
    when=Every((Has("Title"), Has("Type"), Has("Severity"))),
    title="Title",
    body="Description",
    severity=Band("Severity", SEVERITY_BANDS),
    status=Choose(Is("Service.Archived", ("true",)), Literal("archived"), Literal("active")),
    service=(
        "Resource.EksClusterDetails.Name",
        "Resource.S3BucketDetails.0.Name",
        "Resource.RdsDbInstanceDetails.DbInstanceIdentifier",
        "Resource.LambdaDetails.FunctionName",
        "Resource.EcsClusterDetails.Name",
        "Resource.InstanceDetails.InstanceId",
        "Resource.AccessKeyDetails.UserName",
        "Resource.ResourceType",
    ),
    team=(Tag("Resource.InstanceDetails.Tags", "team|owner"), "AccountId"),
    environment=(
        Tag("Resource.InstanceDetails.Tags", "env|environment|stage"),
        Tag("Resource.EksClusterDetails.Tags", "env|environment|stage"),
    ),
    error_type="Type",
    external_url=Text(
        "https://{Region}.console.aws.amazon.com/guardduty/home?region={Region}#/findings?macros=current&fId={Id}"
    ),
    source_created_at="CreatedAt",
    resolved_at="UpdatedAt",
    occurrences=Counted(count="Service.Count", last_at=("Service.EventLastSeen", "UpdatedAt")),
    attributes={"region": "Region", "account": "AccountId", "count": "Service.Count"},
)

FINDING_SCHEMA = spec.RecordSchema(updated_at=("updatedAt", "createdAt"))
LISTED_SCHEMA = spec.RecordSchema(key="Id", updated_at=("UpdatedAt", "CreatedAt"))

CONNECTOR = spec.Connector(
    name="aws_guardduty",
    title="Amazon GuardDuty",
    category=spec.Category.SECURITY,
    docs_url="https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetFindings.html",
    plan="growth",
    base_url="https://guardduty.{region}.amazonaws.com",
    credentials=(
        spec.Field(
            "access_key_id", "Access key ID", help="Of a user with the policy AmazonGuardDutyReadOnlyAccess."
        ),
        spec.Field("secret_access_key", "Secret access key"),
    ),
    config=(
        spec.Field("region", "Region", pattern=r"[a-z]{2}(-[a-z]+)+-[0-9]"),
        spec.Field("detector", "Detector ID", pattern=r"[0-9a-f]{32}"),
    ),
    auth=spec.AwsSignature(service="guardduty"),
    pulls=(
        spec.Pull(
            name="findings",
            path="/detector/{detector}/findings",
            method="POST",
            params=(("sortCriteria.attributeName", "updatedAt"), ("sortCriteria.orderBy", "ASC")),
            records="findingIds",
            pages=spec.TokenPages(next_path="nextToken", param="nextToken", size=50, size_param="maxResults"),
            details=spec.Details(
                path="/detector/{detector}/findings/get", records="findings", param="findingIds", size=50
            ),
            schema=FINDING_SCHEMA,
            since=spec.Since(field="updatedAt"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        embedded=("Message",),
        delivery_path="id",
        events=(
            spec.WebhookEvent(
                record="Message.detail",
                when=spec.Condition(path="Message.detail.type"),
                schema=FINDING_SCHEMA,
            ),
            spec.WebhookEvent(
                record="detail", when=spec.Condition(path="detail.type"), schema=FINDING_SCHEMA
            ),
            spec.WebhookEvent(record="findings", schema=FINDING_SCHEMA),
            spec.WebhookEvent(record="Findings", schema=LISTED_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="Type"), schema=LISTED_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="type"), schema=FINDING_SCHEMA),
        ),
        setup="EventBridge rule for the source aws.guardduty with an API destination: this address, and an "
        "API key connection that sends the secret in the header x-causeloop-token.",
    ),
    issues=(LISTED_FINDING, FINDING),
)
