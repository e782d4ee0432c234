"""PagerDuty incidents: polled by creation, open ones read again, pushed by webhooks; and change events."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec

ASIDE = frozenset({"ping", "service", "incident_note", "incident_status_update", "incident_responder"})
PAGES, HALF_A_YEAR = spec.OffsetPages(more="more"), timedelta(days=180)
CHANGE = spec.Shape(key="change/{id}", updated_at=("timestamp",), kind="change")
CHANGED = spec.Since("timestamp", "since", until_param="until", window=HALF_A_YEAR, cap=10_000)

CONNECTOR = spec.Connector(
    name="pagerduty",
    title="PagerDuty",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.pagerduty.com/api-reference/9d0b4b12e36f9-list-incidents",
    plan="free",
    base_url="https://api.pagerduty.com",
    credentials=(spec.Field("api_token", "API key", "A read-only REST API key."),),
    auth=spec.Headers((("Authorization", "Token token={api_token}"),)),
    headers=(("Accept", "application/vnd.pagerduty+json;version=2"),),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/incidents",
            records="incidents",
            params=(("sort_by", "created_at:asc"), ("time_zone", "UTC")),
            pages=PAGES,
            shape=spec.Shape(updated_at=("updated_at", "last_status_change_at", "created_at")),
            since=spec.Since(
                field="created_at",  # since and until look at nothing else, hence the refresh
                param="since",
                until_param="until",
                ascending=True,
                restart_after=9_900,  # limit + offset may not pass 10,000
                window=HALF_A_YEAR,
                overlap=timedelta(hours=1),
            ),
            refresh=spec.Refresh("/incidents/{id}", record="incident"),
        ),
        spec.Pull("changes", "/change_events", "change_events", PAGES, CHANGE, CHANGED, optional=True),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-pagerduty-signature", prefix="v1=", separator=","),),
        delivery_path="event.id",
        ignore=(spec.When("event.data.type", ASIDE),),
        events=(
            spec.Event(
                "event.data",
                add=(("occurred_at", "event.occurred_at"), ("event_type", "event.event_type")),
                shape=spec.Shape(updated_at=("occurred_at",), kind="event"),
            ),
        ),
        setup="Integrations › Generic Webhooks (v3): subscribe to all incident events.",
    ),
    rate_limit=spec.RateLimit("ratelimit-remaining", "ratelimit-reset"),
)
