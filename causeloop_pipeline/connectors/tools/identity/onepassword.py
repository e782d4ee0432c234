"""1Password Events: sign-ins that failed, and the account's audit events."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Join, Literal, Some
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

REGIONS = ("1password.com", "1password.ca", "1password.eu", "ent.1password.com")

SIGN_IN = IssueMapping(
    name="sign-in attempt",
    identifies=Identifies.EVENT,
    when=Every((Has("uuid"), Has("category"), Some((Has("target_user"), Has("client"))))),
    title=Join((Literal("1Password sign-in"), Join(("category", "type"), ": "))),
    body="details.value",
    severity="category",
    status="category",
    service="client.app_name",
    error_type="type",
    source_created_at="timestamp",
    attributes={
        "user_name": "target_user.email",
        "country": "country",
        "ip": "client.ip_address",
        "platform": "client.platform_name",
    },
)
AUDIT = ChangeMapping(
    name="audit event",
    when=Every((Has("action"), Has("object_type"))),
    change_kind=Literal("config_change"),
    title=Join(("action", "object_type"), " · "),
    service=("object_details.name", "object_type"),
    changed_at="timestamp",
)


def is_failure(attempt: spec.Record) -> bool:
    """Whether a sign-in attempt did not succeed."""
    return attempt.get("category") not in {"success", "firewall_reported_success"}


CURSOR_PAGES = spec.TokenPages(
    next_path="cursor", param="cursor", more_path="has_more", alone=True, size=1000, size_param="limit"
)
SIGN_IN_SCHEMA = spec.RecordSchema(key="uuid", updated_at=("timestamp",), keep=is_failure)

CONNECTOR = spec.Connector(
    name="onepassword",
    title="1Password",
    category=spec.Category.SECURITY,
    docs_url="https://developer.1password.com/docs/events-api/reference/",
    plan="starter",
    base_url="https://events.{region}",
    site=(),
    credentials=(
        spec.Field(
            "token",
            "Bearer token",
            help="Integrations › Events reporting, sign-in attempts and audit events.",
        ),
    ),
    config=(spec.Field("region", "Account region", default=REGIONS[0], choices=REGIONS),),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="sign_in_attempts",
            path="/api/v1/signinattempts",
            method="POST",
            records="items",
            pages=CURSOR_PAGES,
            schema=SIGN_IN_SCHEMA,
            since=spec.Since(field="timestamp", param="start_time"),
        ),
        spec.Pull(
            name="audit_events",
            path="/api/v1/auditevents",
            method="POST",
            records="items",
            pages=CURSOR_PAGES,
            schema=spec.RecordSchema(key="change/{uuid}", updated_at=("timestamp",), kind="change"),
            since=spec.Since(field="timestamp", param="start_time"),
            optional=True,
        ),
    ),
    issues=(SIGN_IN,),
    changes=(AUDIT,),
)
