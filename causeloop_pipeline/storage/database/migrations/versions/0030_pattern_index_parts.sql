-- The pattern index in parts: a sync writes those that its new issues change. The first one, which says what the
-- others are, stays with the state of the grouping.
create table detect.pattern_index_part (
    workspace_id uuid not null references app.workspace on delete cascade,
    place        integer not null,
    digest       text not null,
    content      bytea not null,
    primary key (workspace_id, place)
);
alter table detect.pattern_index_part alter column content set storage external;  -- it is compressed already
select app.isolate('detect.pattern_index_part');
revoke select on detect.pattern_index_part from causeloop_api;
grant maintain on detect.pattern_index_part to causeloop_pipeline;

-- Which issues are new or changed since they were grouped, found without a look at all others.
alter table core.issue add column is_ungrouped boolean not null default true;
comment on column core.issue.is_ungrouped is 'Whether the issue is new, or a part that its fingerprint is made of changed, since the last grouping.';
create index ungrouped_issues on core.issue (workspace_id) where is_ungrouped;

create or replace function core.set_changed_at() returns trigger
    language plpgsql
as $$
begin
    new.changed_at := clock_timestamp();
    new.is_ungrouped := true;
    return new;
end
$$;
