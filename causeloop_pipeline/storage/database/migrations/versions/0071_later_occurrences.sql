-- An old issue that joins a pattern touches a month of long ago: months are written again together, when many
-- occurrences have come or gone.
create table detect.later_occurrence (
    workspace_id uuid primary key references app.workspace on delete cascade,
    content      bytea not null
);
alter table detect.later_occurrence alter column content set storage external;  -- it is compressed already
comment on table detect.later_occurrence is
    'What came to the occurrences of a workspace, or went, since its months were written, as a parquet file.';
select app.isolate('detect.later_occurrence');
revoke select on detect.later_occurrence from causeloop_api;
grant maintain on detect.later_occurrence to causeloop_pipeline;
