"""Auth0 tenant log: what failed, was limited or leaked, and changes of the tenant's configuration."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Literal, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

NO_FAILURES = frozenset({"feacft_ok", "fertft_ok"})
MANAGEMENT_EDITS = frozenset({"sapi", "mgmt_api_write"})
WARNINGS = frozenset(
    {
        "api_limit",
        "api_limit_warning",
        "appi",
        "depnote",
        "gd_auth_failed",
        "gd_auth_rejected",
        "gd_auth_fail_email_verification",
        "gd_otp_rate_limit_exceed",
        "gd_recovery_failed",
        "gd_recovery_rate_limit_exceed",
        "gd_webauthn_challenge_failed",
        "gd_webauthn_enrollment_failed",
        "limit_delegation",
        "limit_mu",
        "limit_sul",
        "limit_ui",
        "limit_wc",
        "oidc_backchannel_logout_failed",
        "pwd_leak",
        "reset_pwd_leak",
        "signup_pwd_leak",
        "resource_cleanup",
        "w",
        "wn",
        "wum",
    }
)


def map_event(prefix: str) -> IssueMapping:
    """The meaning of a log event whose fields are under a prefix."""
    return IssueMapping(
        name="streamed log event" if prefix else "log event",
        identifies=Identifies.EVENT,
        when=Every((Has(f"{prefix}type"), Has(f"{prefix}date"))),
        title=(
            f"{prefix}description",
            f"{prefix}details.error.message",
            Text(f"Auth0 event {{{prefix}type}}"),
        ),
        body=(f"{prefix}details.error.message", f"{prefix}details.error.oauthError"),
        severity=f"{prefix}type",
        status=Literal("failed"),
        service=(f"{prefix}client_name", f"{prefix}connection", f"{prefix}client_id"),
        environment=(f"{prefix}environment_name", f"{prefix}tenant_name"),
        error_type=f"{prefix}type",
        source_created_at=f"{prefix}date",
        attributes={
            "user_name": (f"{prefix}user_name", f"{prefix}user_id"),
            "ip": f"{prefix}ip",
            "connection": f"{prefix}connection",
        },
    )


def map_change(prefix: str) -> ChangeMapping:
    """The meaning of a management call whose fields are under a prefix."""
    return ChangeMapping(
        name="streamed management call" if prefix else "management call",
        when=Every((Has(f"{prefix}type"), Has(f"{prefix}date"))),
        change_kind=Literal("config_change"),
        title=(f"{prefix}description", Text(f"Auth0 event {{{prefix}type}}")),
        service=(f"{prefix}client_name", f"{prefix}client_id"),
        environment=(f"{prefix}environment_name", f"{prefix}tenant_name"),
        changed_at=f"{prefix}date",
    )


def is_failure(event: spec.Record) -> bool:
    """Types that begin with f are failures, as are limits, leaks and warnings; all others are success."""
    kind = str((event.get("data") or event).get("type", ""))
    return kind in WARNINGS or (kind.startswith("f") and kind not in NO_FAILURES)


def is_edit(event: spec.Record) -> bool:
    """Whether an event is a management call that changed the tenant; reads are not changes."""
    content = event.get("data") or event
    method = (((content.get("details") or {}).get("request") or {}).get("method") or "post").lower()
    return content.get("type") in MANAGEMENT_EDITS and method != "get"


STREAMED = spec.RecordSchema(key="data.log_id", updated_at=("data.date",), kind="event", keep=is_failure)
STREAMED_EDIT = spec.RecordSchema(
    key="change/{data.log_id}", updated_at=("data.date",), kind="change", keep=is_edit
)
PLAIN = spec.RecordSchema(key="log_id", updated_at=("date",), keep=is_failure)
PLAIN_EDIT = spec.RecordSchema(key="change/{log_id}", updated_at=("date",), kind="change", keep=is_edit)

CONNECTOR = spec.Connector(
    name="auth0",
    title="Auth0",
    category=spec.Category.SECURITY,
    docs_url="https://auth0.com/docs/api/management/v2/logs/get-logs",
    plan="starter",
    base_url="https://{tenant}.auth0.com",
    credentials=(
        spec.Field("client_id", "Client ID", help="Of a machine-to-machine application with read:logs."),
        spec.Field("client_secret", "Client secret"),
    ),
    config=(spec.Field("tenant", "Tenant", help="acme.eu for acme.eu.auth0.com", pattern=spec.HOST_LABELS),),
    auth=spec.OAuth2(
        token_url="/oauth/token",
        parameters=(("audience", "https://{tenant}.auth0.com/api/v2/"),),
        encoding="json",
    ),
    pulls=(
        spec.Pull(
            name="logs",
            path="/api/v2/logs",
            params=(("sort", "date:1"),),
            records="",
            pages=spec.NumberedPages(first=0),
            schema=PLAIN,
            since=spec.Since(
                field="date",
                param="q",
                template="date:[{since} TO {until}] AND type:(f* OR limit_* OR *pwd_leak OR gd_*)",
                cap=1_000,  # a search lists no more
            ),
        ),
        spec.Pull(
            name="changes",
            path="/api/v2/logs",
            params=(("sort", "date:1"),),
            records="",
            pages=spec.NumberedPages(first=0),
            schema=PLAIN_EDIT,
            since=spec.Since(
                field="date",
                param="q",
                template="date:[{since} TO {until}] AND type:(sapi OR mgmt_api_write)",
                cap=1_000,
            ),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.SharedSecret("authorization"),
            spec.SharedSecret("authorization", prefix="Bearer "),
            spec.OWN_SIGNATURE,
        ),
        events=(
            *(
                spec.WebhookEvent(record=path, when=spec.Condition(path=condition), schema=schema)
                for path, condition, schemas in (
                    ("detail", "detail.data", (STREAMED, STREAMED_EDIT)),
                    ("logs", "logs.0.data", (STREAMED, STREAMED_EDIT)),
                    ("logs", "logs.0.type", (PLAIN, PLAIN_EDIT)),
                    ("", "data.type", (STREAMED, STREAMED_EDIT)),
                    ("", "log_id", (PLAIN, PLAIN_EDIT)),
                )
                for schema in schemas
            ),
        ),
        setup="Monitoring › Streams › Custom webhook: authorization token the secret, format JSON array.",
    ),
    issues=(map_event("data."), map_event("")),
    changes=(map_change("data."), map_change("")),
    rate_limit=spec.RateLimit(),
)
