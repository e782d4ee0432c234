-- When the parts of an issue that its fingerprint is made of last changed: stages redo what changed, not everything.
alter table core.issue add column changed_at timestamptz not null default clock_timestamp();

create function core.note_change() returns trigger
    language plpgsql
as $$
begin
    new.changed_at := clock_timestamp();
    return new;
end
$$;

create trigger note_change before update on core.issue for each row
    when (
        (old.title, old.body, old.service, old.error_type, old.team, old.environment, old.attributes, old.source_created_at)
        is distinct from
        (new.title, new.body, new.service, new.error_type, new.team, new.environment, new.attributes, new.source_created_at)
    )
    execute function core.note_change();

alter table detect.fingerprint add column issue_changed_at timestamptz;
comment on column detect.fingerprint.issue_changed_at is 'The issue''s changed_at as this fingerprint saw it; another value means that it is out of date.';
alter table detect.fingerprint add column grouped_changed_at timestamptz;
comment on column detect.fingerprint.grouped_changed_at is 'The same of the last grouping; another value means that the issue is still to be grouped.';
create index ungrouped_fingerprints on detect.fingerprint (workspace_id, issue_id)
    where grouped_changed_at is distinct from issue_changed_at;

alter table app.run_scope add column opened_at timestamptz not null default now();

alter table detect.grouping_state add column people_digest text not null default '';
comment on column detect.grouping_state.people_digest is 'Which links, unlinks and verdicts the grouping had heard; others mean that it is to be done again.';

alter table predict.model_weight add column window_days integer not null;
alter table predict.model_weight drop constraint model_weight_pkey;
alter table predict.model_weight add primary key (workspace_id, window_days, model);

-- A run, and the API's readiness, compare the schema with what the code expects.
grant select on app.alembic_version to causeloop_pipeline, causeloop_api;

-- People's words have no template.
alter table detect.fingerprint alter column template drop not null, alter column template_key drop not null;
