-- What each pattern's issues add up to, kept as they come: a sync reads and writes only what its issues touch.
create table detect.pattern_tally (
    workspace_id uuid not null references app.workspace on delete cascade,
    pattern_id   uuid not null,
    kind         text not null check (kind in ('day', 'severity', 'service', 'team', 'environment', 'error_type',
                                               'component', 'region')),
    value        text not null,
    issues       bigint not null,
    primary key (workspace_id, pattern_id, kind, value)
);
create index emptied_tallies on detect.pattern_tally (workspace_id) where issues <= 0;
comment on table detect.pattern_tally is 'How many of a pattern''s issues have a value; `day` is the date in UTC.';

create table detect.pattern_summary (
    workspace_id uuid not null references app.workspace on delete cascade,
    pattern_id   uuid not null,
    summary      jsonb not null,
    primary key (workspace_id, pattern_id)
);
comment on table detect.pattern_summary is 'What a pattern''s issues tell of it: made of its tally and its latest issues.';

-- Only ever added to, so that nobody who changes an issue waits for a run.
create table detect.pattern_touch (
    workspace_id uuid not null references app.workspace on delete cascade,
    touch_id     bigint generated always as identity,
    pattern_id   uuid not null,
    issues       integer not null check (issues in (-1, 1)),
    facts        jsonb not null,
    primary key (workspace_id, touch_id)
);
comment on table detect.pattern_touch is 'Issues that came to a pattern (1) or left it (-1) since its tally was last brought up to date.';

select app.isolate(t) from unnest(array[
    'detect.pattern_tally', 'detect.pattern_summary', 'detect.pattern_touch'
]::regclass[]) as t;
grant insert on detect.pattern_touch to causeloop_api;
grant maintain on detect.pattern_tally, detect.pattern_summary, detect.pattern_touch to causeloop_pipeline;

-- The one definition of what of an issue its pattern's tally counts.
create function detect.tally_facts(i core.issue) returns jsonb
    language sql stable
    return jsonb_strip_nulls(jsonb_build_object(
        'day', to_char(i.source_created_at at time zone 'UTC', 'YYYY-MM-DD'),
        'severity', i.severity,
        'service', nullif(left(i.service, 300), ''),
        'team', nullif(left(i.team, 300), ''),
        'environment', nullif(left(i.environment, 300), ''),
        'error_type', nullif(left(i.error_type, 300), ''),
        'component', nullif(left(i.attributes ->> 'component', 300), ''),
        'region', nullif(left(i.attributes ->> 'region', 300), '')
    ));

create function detect.note_touch() returns trigger
    language plpgsql
as $$
begin
    if tg_op <> 'INSERT' and old.pattern_id is not null
            and exists (select from app.workspace where workspace_id = old.workspace_id) then
        insert into detect.pattern_touch (workspace_id, pattern_id, issues, facts)
        values (old.workspace_id, old.pattern_id, -1, detect.tally_facts(old));
    end if;
    if tg_op <> 'DELETE' and new.pattern_id is not null then
        insert into detect.pattern_touch (workspace_id, pattern_id, issues, facts)
        values (new.workspace_id, new.pattern_id, 1, detect.tally_facts(new));
    end if;
    return null;
end
$$;

-- A full grouping counts everything again afterwards, and says so: it need not note each issue.
create trigger note_touch_of_new after insert on core.issue for each row
    when (new.pattern_id is not null)
    execute function detect.note_touch();
create trigger note_touch_of_deleted after delete on core.issue for each row
    when (old.pattern_id is not null)
    execute function detect.note_touch();
create trigger note_touch_of_changed after update on core.issue for each row
    when (
        (old.pattern_id, old.external_id, old.title, old.body, old.severity, old.service, old.error_type, old.team,
         old.environment, old.attributes, old.source_created_at)
        is distinct from
        (new.pattern_id, new.external_id, new.title, new.body, new.severity, new.service, new.error_type, new.team,
         new.environment, new.attributes, new.source_created_at)
        and coalesce(current_setting('causeloop.counts_again', true), '') <> 'on'
    )
    execute function detect.note_touch();

-- Between two nights a score is computed again only where more than time has changed it.
alter table core.issue add column is_risk_due boolean not null default true;
comment on column core.issue.is_risk_due is 'Whether its severity, date or pattern changed since its risk was scored.';
create index issues_due_for_risk on core.issue (workspace_id) where is_risk_due;

create function core.note_risk_due() returns trigger
    language plpgsql
as $$
begin
    new.is_risk_due := true;
    return new;
end
$$;

create trigger note_risk_due before update on core.issue for each row
    when (
        (old.pattern_id, old.severity, old.source_created_at)
        is distinct from
        (new.pattern_id, new.severity, new.source_created_at)
    )
    execute function core.note_risk_due();

alter table detect.pattern add column issue_risk_basis double precision;
comment on column detect.pattern.issue_risk_basis is 'What the pattern added to the risk of its issues when they were last scored: recurrence and breadth, in points.';
alter table detect.grouping_state add column risks_scored_at timestamptz;
comment on column detect.grouping_state.risks_scored_at is 'When the risk of all issues was last scored, which time lowers.';

alter table detect.grouping_state add column clustered_at timestamptz;
comment on column detect.grouping_state.clustered_at is 'The moment as of which the patterns were last clustered.';
alter table detect.grouping_state add column clustered_patterns bigint;
comment on column detect.grouping_state.clustered_patterns is 'How many patterns there were then: when there are more, they are clustered again.';
