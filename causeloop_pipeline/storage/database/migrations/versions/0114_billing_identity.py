"""Stores who is invoiced for an organization, and refuses time zones that do not exist."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0114"
down_revision = "0113"

SQL = """
-- Who is invoiced, for owners alone. Members of the organization's workspaces never see it.
create table app.billing_identity (
    organization_id uuid primary key references app.organization on delete cascade,
    legal_name      text,
    address         text,
    tax_id          text,
    email           text,
    changed_by      text not null,
    changed_at      timestamptz not null default now()
);
comment on table app.billing_identity is
    'Who is invoiced for an organization: its owners alone see and set it.';
alter table app.billing_identity enable row level security;
alter table app.billing_identity force row level security;
create policy "a request sees the organization of its workspace" on app.billing_identity to causeloop_api
    using (organization_id in (select w.organization_id from app.workspace as w))
    with check (organization_id in (select w.organization_id from app.workspace as w));
create policy "the owner provisions tenants" on app.billing_identity to causeloop_owner
    using (true) with check (true);
grant select, insert, update on app.billing_identity to causeloop_api;
select app.admit_maintenance('app.billing_identity');

create trigger refuse_unknown_timezone before insert or update of timezone on app.workspace
    for each row execute function app.refuse_unknown_timezone();
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
