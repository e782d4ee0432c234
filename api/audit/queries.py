"""Lists the audit log."""

from api.auth.queries.actors import select_name
from api.listing.queries import AnyOf, Listing, Sort

AUDIT_ENTRIES = Listing(
    name="audit entries",
    columns=f"""
        e.audit_id as id, e.at, e.actor, ({select_name("e.actor")}) as actor_name, e.action, e.subject,
        ({select_name("e.subject")}) as subject_name, e.details, e.address
    """,
    source="app.audit_log as e",
    key="e.audit_id",
    key_output="id",
    sorts={"at": Sort("e.at", "at", "timestamptz")},
    default_sort="-at",
    filters={
        "actor": AnyOf("e.actor"),
        "action": AnyOf("e.action"),
        "subject": AnyOf("e.subject"),
        "at_from": "e.at >= ($1 ->> 'at_from')::timestamptz",
        "at_until": "e.at < ($1 ->> 'at_until')::timestamptz",
    },
)
