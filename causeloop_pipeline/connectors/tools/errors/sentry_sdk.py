"""Sentry's SDKs, which send their events straight here: the address of the webhook is a DSN."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.sentry_events import EVENTS, SDK_EVENT

SCHEMA = spec.RecordSchema(key="event_id", updated_at=(), kind="sdk_event")

CONNECTOR = spec.Connector(
    name="sentry_sdk",
    title="Sentry SDK",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://develop.sentry.dev/sdk/data-model/envelopes/",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.DsnKey(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record=EVENTS, schema=SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="event_id"), schema=SCHEMA),
        ),
        setup="sentry_sdk.init(dsn=…): the DSN is the address with the secret and @ before its host, and /1 "
        "at its end: https://SECRET@causeloop.acme.example/v1/webhooks/inbound/ID/1. The tags service, team, "
        "environment and release say whose it is.",
    ),
    issues=(SDK_EVENT,),
)
