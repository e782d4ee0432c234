"""Lets BI tools read post-mortems and their action items, beside the proofs that these have."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0125"
down_revision = "0121"

SQL = """
comment on column reporting.proofs.recommendation_id is
    'The recommendation that was implemented, or the action item that was done.';

create view reporting.postmortems with (security_invoker = true, security_barrier = true) as
select postmortem_id, title, file_name, address, occurred_at, services, severity, imported_at
from act.postmortem
where status = 'imported'
offset 0;
comment on view reporting.postmortems is 'One row a document about an incident, as imported.';
comment on column reporting.postmortems.postmortem_id is 'Its id.';
comment on column reporting.postmortems.title is 'Its title.';
comment on column reporting.postmortems.file_name is 'The file that it was read from.';
comment on column reporting.postmortems.address is 'Where it stands; null: not stated.';
comment on column reporting.postmortems.occurred_at is 'When the incident was.';
comment on column reporting.postmortems.services is 'The services that it names.';
comment on column reporting.postmortems.severity is 'The severity, in its own words.';
comment on column reporting.postmortems.imported_at is 'When it was imported.';

create view reporting.action_items with (security_invoker = true, security_barrier = true) as
select i.item_id, i.postmortem_id, i.text, i.kind, i.owner, i.due_on, i.is_done, i.is_dropped, i.done_at,
    i.done_basis
from act.action_item as i
join act.postmortem as m using (workspace_id, postmortem_id)
where m.status = 'imported'
offset 0;
comment on view reporting.action_items is
    'One row a thing that a post-mortem says was to be done. A done one of kind fix has rows in proofs.';
comment on column reporting.action_items.item_id is 'Its id: recommendation_id of its proofs.';
comment on column reporting.action_items.postmortem_id is 'The post-mortem that says so.';
comment on column reporting.action_items.text is 'What was to be done, in the words of the document.';
comment on column reporting.action_items.kind is 'fix, detection or process; only a fix is judged.';
comment on column reporting.action_items.owner is 'Who was to do it.';
comment on column reporting.action_items.due_on is 'By when.';
comment on column reporting.action_items.is_done is 'Whether it is done.';
comment on column reporting.action_items.is_dropped is 'Whether it will not be done.';
comment on column reporting.action_items.done_at is 'When it was done; null: it is not.';
comment on column reporting.action_items.done_basis is
    'How that is known: stated, ticket, reading or person.';

select app.admit_reporting();
"""


def upgrade() -> None:
    """Add two views."""
    run_sql(SQL)
