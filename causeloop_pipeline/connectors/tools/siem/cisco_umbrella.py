"""Cisco Umbrella: requests that were blocked as threats, as its reports and log exports hold them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Join,
    Literal,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

REQUEST = IssueMapping(
    name="blocked request",
    identifies=Identifies.EVENT,
    when=Every((Has("timestamp"), Some((Has("domain"), Has("url"), Has("destinationip"))))),
    title=Join((Literal("Blocked:"), ("domain", "url", "destinationip"))),
    body=("threats.0.label", "blockedcategories", "policycategories.0.label"),
    severity=("threats.0.type", Literal("blocked")),
    status=("verdict", "action"),
    service=("identities.0.label", "policyIdentity", "internalIp", "internalip"),
    error_type=("threats.0.label", "categories.0.label", "categories.0", "querytype", "queryType"),
    source_created_at=(Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS), "timestamp"),
    attributes={
        "categories": "categories",
        "external_ip": ("externalIp", "externalip"),
        "response": ("responseCode", "returncode"),
    },
)


def is_blocked(request: spec.Record) -> bool:
    """Whether a request was blocked; allowed ones are the rest of the log."""
    return str(request.get("verdict", request.get("action", ""))).lower() == "blocked"


CONNECTOR = spec.Connector(
    name="cisco_umbrella",
    title="Cisco Umbrella",
    category=spec.Category.SECURITY,
    docs_url="https://developer.cisco.com/docs/cloud-security/umbrella-api-reference-reports-overview/",
    plan="growth",
    base_url="https://api.umbrella.com",
    credentials=(
        spec.Field("client_id", "API key", help="With the scope reports.granularEvents:read."),
        spec.Field("client_secret", "Key secret"),
    ),
    auth=spec.OAuth2(token_url="/auth/v2/token", client_in="header"),
    pulls=(
        spec.Pull(
            name="activity",
            path="/reports/v2/activity",
            params=(("verdict", "blocked"), ("order", "asc")),
            records="data",
            pages=spec.OffsetPages(size=1000),
            schema=spec.RecordSchema(
                key="{timestamp}/{externalip}/{domain}",
                updated_at=("timestamp",),
                times=spec.TimeFormat.EPOCH_MILLISECONDS,
                keep=is_blocked,
            ),
            since=spec.Since(
                field="timestamp",
                param="from",
                until_param="to",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
                cap=10_000,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="externalIp"),
                schema=spec.RecordSchema(
                    key="{timestamp}/{externalIp}/{domain}", updated_at=(), kind="export", keep=is_blocked
                ),
            ),
        ),
        setup="A function that reads the log bucket posts each row as JSON, the header x-causeloop-token "
        "holding the secret.",
    ),
    issues=(REQUEST,),
)
