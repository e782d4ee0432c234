"""Adds the site of connectors, records, issues and changes: the one tool, of all of a type, that gave an id.

What is there keeps the empty site and its source, and so its id. Of several connectors of a type the oldest
goes on with it; the others have had their records mixed with its own, and begin sites of their own.
"""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0086"
down_revision = "0075"

SQL = """
alter table app.connector add column site text not null default '';
alter table app.connector add column source text;
comment on column app.connector.site is
    'The one tool, of all those of its type, whose ids its records bear; connectors of one tool share it.';
comment on column app.connector.source is
    'What its issues have as their source, where that is not the type: '
    '`custom_api:` and the name of a declaration.';
update app.connector as c
set site = c.connector_id::text
where exists (
    select from app.connector as older
    where older.workspace_id = c.workspace_id and older.type = c.type
        and (older.created_at, older.connector_id) < (c.created_at, c.connector_id)
);

alter table raw.record add column site text not null default '';
comment on column raw.record.site is
    'The one tool, of all those of its source, that gave the id, by its connector on arrival.';
alter table raw.record drop constraint record_workspace_id_source_external_id_payload_hash_key;
alter table raw.record add unique (workspace_id, source, external_id, site, payload_hash);
drop index raw.record_versions;
create index record_versions
    on raw.record (workspace_id, source, external_id, site, source_updated_at desc nulls last);

alter table raw.mapped_record add column site text not null default '';
drop index raw.mapped_versions;
create index mapped_versions on raw.mapped_record (external_id, source, site, workspace_id);

alter table raw.quarantine add column site text not null default '';
alter table raw.quarantine drop constraint quarantine_key;
alter table raw.quarantine add constraint quarantine_key
    unique nulls not distinct (workspace_id, source, external_id, site, payload_hash, reason);

alter table core.issue add column site text not null default '';
alter table core.issue drop constraint issue_workspace_id_source_external_id_key;
alter table core.issue add unique (workspace_id, source, external_id, site);
comment on column core.issue.issue_id is
    'md5 of workspace, source, site and external id: a rebuild gives the same id.';
comment on column core.issue.site is 'The one tool, of all those of its source, that gave the external id.';

alter table core.change add column site text not null default '';
alter table core.change drop constraint change_workspace_id_source_external_id_key;
alter table core.change add unique (workspace_id, source, external_id, site);

-- Views of dbt use the functions that make ids, which have another parameter now; dbt makes them again.
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
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
