"""Action items of post-mortems: done when their tickets close, and claimed as fixes when they are done."""

from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

# What a document states or a person decided is not changed by a ticket.
UPDATE_BY_TICKETS = """
with waiting as (
    select i.item_id, i.names
    from act.action_item as i
    join act.postmortem as m using (workspace_id, postmortem_id)
    where i.workspace_id = %(workspace_id)s and i.names <> '{}' and m.status = 'imported'
        and not i.is_edited and not i.is_dropped and coalesce(i.done_basis, 'ticket') in ('ticket', 'reading')
), named as (
    select n.name, n.issue_id, n.is_closed, n.resolved_at
    from (select array_agg(distinct name) as names from waiting, unnest(names) as name) as all_names
    cross join core.named_issues(%(workspace_id)s, all_names.names) as n
    where all_names.names is not null
), states as (
    select w.item_id, bool_and(n.is_closed) as is_closed, max(n.resolved_at) as closed_at
    from waiting as w
    join named as n on n.name = any (w.names)
    group by w.item_id
)
update act.action_item as i
set is_done = s.is_closed and s.closed_at is not null or i.done_basis = 'reading',
    done_at = case when s.is_closed and s.closed_at is not null then s.closed_at
                   when i.done_basis = 'reading' then i.done_at end,
    done_basis = case when s.is_closed and s.closed_at is not null then 'ticket'
                      when i.done_basis = 'reading' then 'reading' end
from states as s
where i.workspace_id = %(workspace_id)s and i.item_id = s.item_id
    and (i.done_at, i.done_basis) is distinct from (
        case when s.is_closed and s.closed_at is not null then s.closed_at
             when i.done_basis = 'reading' then i.done_at end,
        case when s.is_closed and s.closed_at is not null then 'ticket'
             when i.done_basis = 'reading' then 'reading' end
    )
"""

HAS_ITEMS = "select exists (select from act.action_item where workspace_id = %s) as has_items"


def claim_done_items(session: Session, workspace_id: UUID) -> int:
    """Note which items are done since their tickets closed, and claim them; how many claims changed."""
    row = session.row(HAS_ITEMS, (workspace_id,))
    if row is None or not row["has_items"]:
        return 0
    session.execute(UPDATE_BY_TICKETS, {"workspace_id": workspace_id})
    changed = session.row("select act.claim_done_items(%s) as changed", (workspace_id,))
    return int(changed["changed"]) if changed else 0
