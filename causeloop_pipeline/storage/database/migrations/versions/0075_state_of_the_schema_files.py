"""Leads the last database that was made by migrations alone, of revision 0071, to what `schema/` says."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0075"
down_revision = "0071"

SQL = """
-- Columns and a function were renamed: what was called after them is called after their names of now.
alter table app.refresh_token
    rename constraint refresh_token_family_id_not_null to refresh_token_session_id_not_null;
alter table detect.grouping_state
    rename constraint grouping_state_people_digest_not_null to grouping_state_corrections_digest_not_null;
alter policy "a user sees his own memberships" on app.membership
    using (user_id = (select app.claimed_id('user')));
alter policy "a webhook finds its connector" on app.connector
    using (connector_id = (select app.claimed_id('connector')));

-- Given to all tables of a schema, and with these to its views and to the table of revisions.
revoke maintain on app.active_workspace, app.alembic_version, detect.constraint_in_force
    from causeloop_pipeline;

drop function app.take_token(uuid, double precision, double precision);
comment on column reporting.predictions.window_days is 'How many days it covers.';
comment on column reporting.proofs.verdict is 'Whether the fix held; null: too early to tell.';

-- Records of before are read into it in the background, newest first, and those of a sync at once.
create table raw.mapped_record (
    workspace_id      uuid not null,
    record_id         uuid not null,
    source            text not null,
    external_id       text not null,
    kind              text not null,
    is_change         boolean not null,
    connector_id      uuid,
    received_at       timestamptz not null,
    source_updated_at timestamptz not null,
    mapping_version   text not null,
    variant           text,
    unmappable_reason text,
    title             text,
    body              text,
    severity_value    text,
    status_value      text,
    words_of          text,
    own_severity      text,
    own_status        text,
    service           text,
    error_type        text,
    team              text,
    environment       text,
    external_url      text,
    change_kind       text,
    source_created_at timestamptz,
    resolved_at       timestamptz,
    changed_at        timestamptz,
    attributes        jsonb not null,
    primary key (record_id, workspace_id),
    foreign key (workspace_id, record_id) references raw.record (workspace_id, record_id) on delete cascade
);
comment on table raw.mapped_record is
    'What the mapping of its connector made of a record: '
    'the product''s fields in the tool''s own words, or why not.';
comment on column raw.mapped_record.mapping_version is
    'A digest of the mapping that read the record; '
    'where it is not the present one, the record is read again.';
comment on column raw.mapped_record.words_of is
    'Whose words severity_value and status_value are, where it is not the source''s own.';
comment on column raw.mapped_record.own_severity is
    'What the list of words in the connector''s own declaration says of severity_value.';
comment on column raw.mapped_record.own_status is 'The same of status_value.';
create index mapped_versions on raw.mapped_record (external_id, source, workspace_id);
select app.isolate('raw.mapped_record');

create table raw.rereading (
    rereading_id    bigint generated always as identity primary key,
    versions        jsonb not null,
    sources         text[] not null,
    before_record   uuid,
    records_read    bigint not null default 0,
    records_total   bigint not null,
    started_at      timestamptz not null default now(),
    finished_at     timestamptz
);
comment on table raw.rereading is
    'Passages that read records again, since mappings have changed; '
    'an interrupted one goes on before `before_record`.';
comment on column raw.rereading.versions is 'The versions of all mappings when it began, by source.';
grant select, insert, update on raw.rereading to causeloop_pipeline;
grant select on raw.rereading to causeloop_api;

drop index raw.claimed_pending_records;
create index claimed_pending_records on raw.pending_record (run_id, workspace_id, record_id)
    where run_id is not null;

grant insert, update on raw.mapped_record to causeloop_api;
grant update (run_id) on raw.pending_record to causeloop_api;
grant usage on schema staging, intermediate, seeds to causeloop_api;

-- The former staging and intermediate views evaluated mappings in SQL; dbt makes the few of now.
do $$
declare
    former record;
begin
    for former in
        select format('%I.%I', schemaname, viewname) as name from pg_views
        where schemaname in ('staging', 'intermediate')
    loop
        execute 'drop view if exists ' || former.name || ' cascade';
    end loop;
end
$$;
drop schema mapping cascade;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
