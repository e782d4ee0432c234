"""The security alerts and advisories of GitHub, as its webhooks report them."""

from causeloop_pipeline.connectors import spec

UPDATED = ("updated_at", "created_at")
AROUND = (("repository", "repository"), ("organization", "organization"), ("action", "action"))


def receive_alert(condition: str, schema: spec.RecordSchema) -> spec.WebhookEvent:
    """An alert of a webhook, with what surrounds it."""
    return spec.WebhookEvent(record="alert", when=spec.Condition(path=condition), schema=schema, add=AROUND)


def identify_former(section: str) -> spec.RecordSchema:
    """An alert of older deliveries, which lack the address of its page, but hold what it is made of."""
    address = f"https://github.com/{{repository.full_name}}/security/{section}/{{number}}"
    return spec.RecordSchema(key=address, updated_at=("dismissed_at", *UPDATED), kind="former_alert")


ADVISORY = spec.RecordSchema(key="ghsa_id", updated_at=("updated_at", "published_at"), kind="advisory")
ALERT_EVENTS = (
    receive_alert("alert.html_url", spec.RecordSchema(key="html_url", updated_at=UPDATED, kind="alert")),
    receive_alert("alert.affected_package_name", identify_former("dependabot")),
    receive_alert("alert.security_advisory", identify_former("dependabot")),
    receive_alert("alert.secret_type", identify_former("secret-scanning")),
    receive_alert("alert.rule", identify_former("code-scanning")),
    spec.WebhookEvent(
        record="security_advisory",
        when=spec.Condition(path="security_advisory.ghsa_id"),
        schema=ADVISORY,
        add=(("action", "action"),),
    ),
    spec.WebhookEvent(
        record="repository_advisory",
        schema=ADVISORY,
        add=AROUND,
    ),
)
