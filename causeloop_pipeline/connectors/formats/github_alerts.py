"""The security alerts and advisories of GitHub, as its webhooks report them."""

from causeloop_pipeline.connectors import spec

UPDATED = ("updated_at", "created_at")
AROUND = (("repository", "repository"), ("organization", "organization"), ("action", "action"))


def describe_alert(condition: str, section: str) -> tuple[spec.WebhookEvent, ...]:
    """An alert of a webhook under its page's address; older deliveries lack the address, but can tell it."""
    address = f"https://github.com/{{repository.full_name}}/security/{section}/{{number}}"
    with_page = spec.RecordSchema(key="html_url", updated_at=UPDATED, kind="alert")
    without_page = spec.RecordSchema(key=address, updated_at=("dismissed_at", *UPDATED), kind="former_alert")
    return (
        spec.WebhookEvent(
            record="alert",
            when=spec.Condition(path="alert.html_url"),
            schema=with_page,
            add=AROUND,
        ),
        spec.WebhookEvent(
            record="alert", when=spec.Condition(path=condition), schema=without_page, add=AROUND
        ),
    )


ALERT_EVENTS = (
    *describe_alert("alert.affected_package_name", "dependabot"),
    *describe_alert("alert.security_advisory", "dependabot")[1:],
    *describe_alert("alert.secret_type", "secret-scanning")[1:],
    *describe_alert("alert.rule", "code-scanning")[1:],
    spec.WebhookEvent(
        record="security_advisory",
        when=spec.Condition(path="security_advisory.ghsa_id"),
        schema=spec.RecordSchema(key="ghsa_id", updated_at=("updated_at", "published_at"), kind="advisory"),
        add=(("action", "action"),),
    ),
    spec.WebhookEvent(
        record="repository_advisory",
        schema=spec.RecordSchema(key="ghsa_id", updated_at=("updated_at", "published_at"), kind="advisory"),
        add=AROUND,
    ),
)
