"""The meaning of records that already have the product's own field names, whoever sent them."""

from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping

PRODUCT_ISSUE = IssueMapping(
    name="normalized",
    title="title",
    body="body",
    severity="severity",
    status="status",
    service="service",
    error_type="error_type",
    team="team",
    environment="environment",
    external_url="external_url",
    source_created_at="source_created_at",
    resolved_at="resolved_at",
    attributes_from="attributes",
)
PRODUCT_CHANGE = ChangeMapping(
    name="normalized",
    change_kind="kind",
    title="title",
    service="service",
    environment="environment",
    external_url="external_url",
    changed_at="changed_at",
)
