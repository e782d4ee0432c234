"""Lists and stores how often what may fail was used."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase
from api.listing.queries import AnyOf, Listing, Sort
from causeloop_pipeline.model.proof import ExposureUnit

EXPOSURES = Listing(
    name="exposures",
    columns=f"""
        e.exposure_id as id, e.unit, e.service, e.pattern_id, e.day, e.count, e.attached_by,
        ({select_name("e.attached_by")}) as attached_by_name, e.attached_at
    """,
    source="core.exposure as e",
    key="e.exposure_id",
    key_output="id",
    sorts={"day": Sort("e.day", "day", "date")},
    default_sort="-day",
    filters={
        **{name: AnyOf(f"e.{name}") for name in ("unit", "service")},
        "pattern_id": "e.pattern_id = ($1 ->> 'pattern_id')::uuid",
    },
)

UPSERT_EXPOSURE = """
with changed as (
    insert into core.exposure as e (workspace_id, unit, service, pattern_id, day, count, attached_by)
    select $1, $2, $3, $4, c.day, c.count, $7 from unnest($5::date[], $6::bigint[]) as c (day, count)
    on conflict on constraint exposure_key do update
        set count = excluded.count, attached_by = excluded.attached_by, attached_at = now()
        where e.count <> excluded.count
    returning true
)
select count(*) from changed
"""


async def attach_exposure(
    db: WorkspaceDatabase,
    scope: tuple[ExposureUnit, str | None, UUID | None],
    counts: Sequence[tuple[date, int]],
    actor: str,
) -> int:
    """Store the counts of days, of a unit and of a service or pattern; how many are new or have changed."""
    days, uses = zip(*counts, strict=True)
    return int(
        await db.transaction.fetchval(UPSERT_EXPOSURE, db.workspace_id, *scope, list(days), list(uses), actor)
    )
