"""OpenProject work packages, by their last change; webhooks push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.named_errors import find_error
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import WISH_NAME, Unlike
from causeloop_pipeline.model.issue import Identifies

WORK_PACKAGE = IssueMapping(
    name="work package",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("subject"))),
    title="subject",
    body=("description.raw", "description.html"),
    severity=("_links.priority.title", "_embedded.priority.name"),
    status=("_links.status.title", "_embedded.status.name"),
    service=("_links.category.title", "_links.project.title", "_embedded.project.name"),
    error_type=find_error("subject"),
    team=("_links.assignee.title", "_links.responsible.title", "_embedded.assignee.name"),
    environment="_links.version.title",
    external_url=Text("{config.base_url}/work_packages/{id}"),
    source_created_at="createdAt",
    resolved_at="updatedAt",
    attributes={"type": "_links.type.title", "version": "_links.version.title"},
)
SCHEMA = spec.RecordSchema(updated_at=("updatedAt", "createdAt"), keep=Unlike("_links.type.title", WISH_NAME))

CONNECTOR = spec.Connector(
    name="openproject",
    title="OpenProject",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://www.openproject.org/docs/api/endpoints/work-packages/",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("token", "API token", help="My account › Access tokens."),),
    config=(
        spec.Field(
            "base_url",
            "Address of OpenProject",
            help="Such as https://projects.acme.example.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.Basic("apikey", "{token}"),
    pulls=(
        spec.Pull(
            name="work_packages",
            path="/api/v3/work_packages",
            params=(("sortBy", '[["updatedAt","asc"]]'),),
            records="_embedded.elements",
            pages=spec.NumberedPages(size_param="pageSize", page_param="offset"),
            schema=SCHEMA,
            since=spec.Since(
                field="updatedAt",
                param="filters",
                template='[{"updatedAt":{"operator":"<>d","values":["{since}","{until}"]}}]',
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-op-signature", algorithm="sha1", prefix="sha1="),),
        events=(spec.WebhookEvent(record="work_package", schema=SCHEMA, add=(("action", "action"),)),),
        setup="Administration › API and webhooks: created and updated work packages, with the secret.",
    ),
    issues=(WORK_PACKAGE,),
)
