"""Lists deploys, releases and configuration changes."""

from api.listing.queries import AnyOf, Listing, Sort
from api.owners.queries import OWNED_BY_OF_CHANGE

CHANGES = Listing(
    name="changes",
    columns="""
        c.change_id as id, c.source, c.external_id, c.connector_id, c.kind, c.title, c.service, c.environment,
        c.external_url, c.changed_at, c.source_updated_at, c.ingested_at
    """,
    source="core.change as c",
    key="c.change_id",
    key_output="id",
    sorts={"changed_at": Sort("c.changed_at", "changed_at", "timestamptz")},
    default_sort="-changed_at",
    filters={
        "q": "to_tsvector('simple', c.title) @@ core.search_query($1 ->> 'q')",
        **{name: AnyOf(f"c.{name}") for name in ("kind", "source", "service", "environment", "external_id")},
        "owner": OWNED_BY_OF_CHANGE,
        "connector_id": "c.connector_id = ($1 ->> 'connector_id')::uuid",
        "changed_from": "c.changed_at >= ($1 ->> 'changed_from')::timestamptz",
        "changed_before": "c.changed_at < ($1 ->> 'changed_before')::timestamptz",
    },
)
