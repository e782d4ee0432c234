"""LaunchDarkly: changes of feature flags, segments and environments, from the audit log and webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Match,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping

RESOURCE = ("target.resources.0", "accesses.0.resource", "parent.resource")

CHANGE = ChangeMapping(
    name="audit log entry",
    when=Every((Has("date"), Has("kind"), Some((Has("titleVerb"), Has("title"), Has("description"))))),
    change_kind=Choose(Is("kind", ("flag", "segment")), Literal("feature_flag"), Literal("config_change")),
    title=(
        Join((("member.email", "token.name", "app.name"), "titleVerb", ("target.name", "name"))),
        "title",
        "shortDescription",
        "name",
    ),
    service=(Match(RESOURCE, r"proj/([^:;]+)"), "parent.name"),
    environment=Match(RESOURCE, r":env/([^:;]+)"),
    external_url=(
        Match(("target._links.site.href", "_links.site.href"), r"^https?://.*"),
        Text("https://app.launchdarkly.com{target._links.site.href}"),
        Text("https://app.launchdarkly.com{_links.site.href}"),
    ),
    changed_at=Instant("date", TimeFormat.EPOCH_MILLISECONDS),
)
ENTRY = spec.RecordSchema(
    key="_id", updated_at=("date",), times=spec.TimeFormat.EPOCH_MILLISECONDS, kind="change"
)

CONNECTOR = spec.Connector(
    name="launchdarkly",
    title="LaunchDarkly",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://apidocs.launchdarkly.com/tag/Audit-log",
    plan="free",
    base_url="https://app.launchdarkly.com",
    site=(),
    credentials=(spec.Field("token", "Access token", help="With the role Reader."),),
    config=(
        spec.Field(
            "resources",
            "Resources",
            help="Whose changes count, as in LaunchDarkly's policies.",
            required=False,
            default="proj/*:env/*:flag/*",
        ),
    ),
    auth=spec.Headers((("Authorization", "{token}"),)),
    pulls=(
        spec.Pull(
            name="audit_log",
            path="/api/v2/auditlog",
            params=(("spec", "{resources}"),),
            records="items",
            pages=spec.NextUrlPages(url="_links.next.href", size=20, size_param="limit"),
            schema=ENTRY,
            since=spec.Since(
                field="date",
                param="after",
                until_param="before",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-ld-signature"),),
        events=(spec.WebhookEvent(record="", when=spec.Condition(path="_id"), schema=ENTRY),),
        setup="Integrations › Webhooks: add the address, sign it with the secret, and a policy for flags.",
    ),
    rate_limit=spec.RateLimit(remaining="x-ratelimit-route-remaining", reset="x-ratelimit-reset"),
    changes=(CHANGE,),
)
