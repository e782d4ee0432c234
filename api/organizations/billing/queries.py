"""Reads and stores who is invoiced for the organization of the workspace."""

from collections.abc import Mapping

from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase, encode_parameters

SELECT_BILLING = f"""
select json_build_object(
    'legal_name', b.legal_name, 'address', b.address, 'tax_id', b.tax_id, 'email', b.email,
    'changed_by_name', ({select_name("b.changed_by")}), 'changed_at', b.changed_at
)
from app.organization as o
left join app.billing_identity as b using (organization_id)
"""

UPSERT_BILLING = """
insert into app.billing_identity as b (organization_id, legal_name, address, tax_id, email, changed_by)
select o.organization_id, $1::jsonb ->> 'legal_name', $1 ->> 'address', $1 ->> 'tax_id', $1 ->> 'email', $2
from app.organization as o
on conflict (organization_id) do update
    set legal_name = excluded.legal_name, address = excluded.address, tax_id = excluded.tax_id,
        email = excluded.email, changed_by = excluded.changed_by, changed_at = now()
"""


async def read_billing(db: WorkspaceDatabase) -> str:
    """Who is invoiced, as JSON text."""
    return str(await db.read_text(SELECT_BILLING))


async def store_billing(db: WorkspaceDatabase, identity: Mapping[str, str | None], actor: str) -> None:
    """Replace who is invoiced."""
    await db.transaction.execute(UPSERT_BILLING, encode_parameters(identity), actor)
