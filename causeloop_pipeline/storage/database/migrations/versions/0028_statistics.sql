-- Statistics are refreshed as tables grow: the pipeline's plans must not wait for autovacuum.
grant maintain on all tables in schema raw, core, detect, predict, act, notify to causeloop_pipeline;

-- With the workspace first, this index looked as good as the one by source and external id for finding the
-- versions of a record, and each lookup read all records of the workspace.
alter table raw.pending_record drop constraint pending_record_workspace_id_record_id_fkey;
alter table raw.record drop constraint record_pkey;
alter table raw.record add primary key (record_id, workspace_id);
alter table raw.pending_record
    add foreign key (workspace_id, record_id) references raw.record (workspace_id, record_id) on delete cascade;
