-- Issues and changes, whatever tool they come from.

create table core.issue (
    workspace_id      uuid not null references app.workspace on delete cascade,
    issue_id          uuid not null,
    source            text not null,
    external_id       text not null,
    connector_id      uuid,
    title             text not null check (length(title) between 1 and 300),
    body              text,
    severity          text not null check (severity in ('p1', 'p2', 'p3', 'p4')),
    status            text not null check (status in ('open', 'in_loop', 'mitigating', 'resolved', 'closed')),
    service           text,
    error_type        text,
    team              text,
    environment       text,
    external_url      text,
    source_created_at timestamptz not null,
    source_updated_at timestamptz not null,
    resolved_at       timestamptz,
    ingested_at       timestamptz not null,
    attributes        jsonb not null default '{}',
    pattern_id        uuid,
    risk_score        double precision check (risk_score between 0 and 100),
    -- When the parts of an issue that its fingerprint is made of last changed: stages redo what changed, not everything.
    changed_at        timestamptz not null default clock_timestamp(),
    words             tsvector not null,
    -- Between two nights a score is computed again only where more than time has changed it.
    is_risk_due       boolean not null default true,
    -- Which issues are new or changed since they were grouped, found without a look at all others.
    is_ungrouped      boolean not null default true,
    site              text not null default '',
    fired_at          timestamptz,
    primary key (workspace_id, issue_id),
    constraint issue_key unique nulls not distinct (workspace_id, source, external_id, site, fired_at)
);
comment on column core.issue.issue_id is
    'md5 of workspace, source, site, external id and start of the firing: a rebuild gives the same id.';
comment on column core.issue.site is 'The one tool, of all those of its source, that gave the external id.';
comment on column core.issue.fired_at is
    'When the condition that the external id names began to fire; null where it names an event or a group.';
comment on column core.issue.is_risk_due is
    'Whether its severity, date or pattern changed since its risk was scored.';
comment on column core.issue.is_ungrouped is
    'Whether the issue is new, or a part that its fingerprint is made of changed, since the last grouping.';
create index issues_newest on core.issue (workspace_id, source_created_at desc, issue_id desc);
create index issues_updated on core.issue (workspace_id, source_updated_at desc, issue_id desc);
create index issues_of_pattern on core.issue (workspace_id, pattern_id, source_created_at desc) where pattern_id is not null;
-- The latest that ended, of a pattern with many that did not.
create index ended_issues_of_pattern on core.issue (workspace_id, pattern_id, source_created_at desc)
    where resolved_at is not null;
create index issues_by_risk on core.issue (workspace_id, risk_score desc nulls last, issue_id desc);
-- A search reads this index where the server's administrator has declared its operator leakproof (storage/database/roles.py);
-- elsewhere row level security keeps the policy first, and a search compares the words of the workspace's own issues.
create index issues_by_words on core.issue using gin (words);
-- Whether a word is common is read from a 64th of the issues: their ids are digests. It is written at once, since what waits
-- to be written is read by each search.
create index sampled_issues_by_words on core.issue using gin (words) with (fastupdate = off)
    where issue_id < '04000000-0000-0000-0000-000000000000';
create index issues_due_for_risk on core.issue (workspace_id) where is_risk_due;
create index ungrouped_issues on core.issue (workspace_id) where is_ungrouped;
-- A page of one service's issues in the order of time, without a look at all others.
create index issues_of_service on core.issue (workspace_id, service, source_created_at desc, issue_id desc);
create trigger set_changed_at before update on core.issue for each row
    when (
        (old.title, old.body, old.service, old.error_type, old.team, old.environment, old.attributes, old.source_created_at)
        is distinct from
        (new.title, new.body, new.service, new.error_type, new.team, new.environment, new.attributes, new.source_created_at)
    )
    execute function core.set_changed_at();
-- A full grouping counts everything again afterwards, and says so: it need not note each issue.
create trigger note_touch_of_new after insert on core.issue for each row
    when (new.pattern_id is not null)
    execute function detect.note_touch();
-- Before its occurrences are gone with it.
create trigger note_touch_of_deleted before delete on core.issue for each row
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
create trigger note_risk_due before update on core.issue for each row
    when (
        (old.pattern_id, old.severity, old.source_created_at)
        is distinct from
        (new.pattern_id, new.severity, new.source_created_at)
    )
    execute function core.note_risk_due();
-- No generated column: of a table with a trigger before updates, PostgreSQL makes such a one again in each update. An issue
-- is updated whenever its pattern or its risk changes, and its words change with its text alone.
create trigger set_words_of_new before insert on core.issue for each row
    execute function core.set_words();
create trigger set_words_of_changed before update on core.issue for each row
    when (old.title is distinct from new.title or old.body is distinct from new.body)
    execute function core.set_words();
select app.isolate('core.issue');
grant insert, update on core.issue to causeloop_api;

-- One time that an issue occurred. What runs and people ask for is what occurred to an issue, or lately.
create table core.occurrence (
    workspace_id uuid not null,
    issue_id     uuid not null,
    started_at   timestamptz not null,
    ended_at     timestamptz,
    count        integer not null default 1 check (count > 0),
    record_id    uuid,
    primary key (workspace_id, issue_id, started_at),
    foreign key (workspace_id, issue_id) references core.issue on delete cascade
);
comment on table core.occurrence is
    'Each time that an issue occurred; every issue has at least one.';
comment on column core.occurrence.ended_at is 'Null: it goes on, or nobody knows when it ended.';
comment on column core.occurrence.count is
    'How many events a tool counted in it: more than one in an hour or day of a group of events.';
comment on column core.occurrence.record_id is
    'The stored version of the record that it was read from; null where that is not known.';
create index occurrences_newest on core.occurrence (workspace_id, started_at desc, issue_id desc);
create trigger note_new after insert on core.occurrence
    referencing new table as changed for each statement
    execute function detect.note_occurrences();
create trigger note_deleted after delete on core.occurrence
    referencing old table as changed for each statement
    execute function detect.note_occurrences();
create trigger note_ended after update on core.occurrence
    referencing new table as changed for each statement
    execute function detect.note_occurrences();
select app.isolate('core.occurrence');
-- One that began at another time is another one: triggers rely on it.
revoke update on core.occurrence from causeloop_pipeline;
grant insert, delete on core.occurrence to causeloop_api;
grant update (ended_at, count, record_id) on core.occurrence to causeloop_pipeline, causeloop_api;

create table core.change (
    workspace_id      uuid not null references app.workspace on delete cascade,
    change_id         uuid not null,
    source            text not null,
    external_id       text not null,
    connector_id      uuid,
    kind              text not null check (kind in ('deploy', 'release', 'config_change', 'feature_flag', 'change')),
    title             text not null check (length(title) between 1 and 300),
    service           text,
    environment       text,
    external_url      text,
    changed_at        timestamptz not null,
    source_updated_at timestamptz not null,
    ingested_at       timestamptz not null,
    site              text not null default '',
    primary key (workspace_id, change_id),
    unique (workspace_id, source, external_id, site)
);
comment on table core.change is
    'What was deployed, released or reconfigured, and when: evidence of what triggers a pattern.';
comment on column core.change.service is 'What was changed; null: everything.';
create index changes_newest on core.change (workspace_id, changed_at desc, change_id desc);
select app.isolate('core.change');

-- A rebuild deletes issues that no record gives any more; when their records come back, so must what people
-- changed of them. An issue's id is made of its source and external id, so the edit finds it again: no foreign key.
create table core.issue_edit (
    workspace_id uuid not null,
    edit_id      uuid not null default uuidv7(),
    issue_id     uuid not null,
    field        text not null check (field in ('title', 'body', 'severity', 'status', 'service', 'error_type', 'team', 'environment')),
    value        text,
    edited_by    text not null,
    edited_at    timestamptz not null default now(),
    primary key (workspace_id, edit_id)
);
comment on table core.issue_edit is
    'What users changed of an issue; the newest edit of a field outlives every later sync.';
create index edits_of_issue on core.issue_edit (workspace_id, issue_id, field, edit_id desc);
select app.isolate('core.issue_edit');
grant insert on core.issue_edit to causeloop_api;

create table core.provider_mark (
    workspace_id uuid not null references app.workspace on delete cascade,
    mark_id      uuid not null default uuidv7(),
    issue_id     uuid not null,
    provider     text check (length(provider) between 1 and 200),
    marked_by    text not null,
    marked_at    timestamptz not null default now(),
    withdrawn_at timestamptz,
    withdrawn_by text,
    primary key (workspace_id, mark_id)
);
comment on table core.provider_mark is
    'That a person puts what an issue had done until then down to a provider; the newest in force counts.';
comment on column core.provider_mark.provider is 'Null: no provider caused it, whatever a status page reports.';
create index marks_of_issue on core.provider_mark (workspace_id, issue_id, mark_id desc);
select app.isolate('core.provider_mark');
revoke update on core.provider_mark from causeloop_pipeline;
grant insert on core.provider_mark to causeloop_api;
grant update (withdrawn_at, withdrawn_by) on core.provider_mark to causeloop_api;

create table core.exposure (
    workspace_id uuid not null references app.workspace on delete cascade,
    exposure_id  uuid not null default uuidv7(),
    unit         text not null check (unit in ('executions', 'requests', 'deploys')),
    service      text check (length(service) between 1 and 200),
    pattern_id   uuid,
    day          date not null,
    count        bigint not null check (count >= 0),
    attached_by  text not null,
    attached_at  timestamptz not null default now(),
    primary key (workspace_id, exposure_id),
    check (num_nonnulls(service, pattern_id) = 1),
    constraint exposure_key unique nulls not distinct (workspace_id, unit, service, pattern_id, day)
);
comment on table core.exposure is
    'How often what may fail was used on a day (UTC), of a service or of one pattern: the denominator of its rate.';
select app.isolate('core.exposure');
revoke insert, update on core.exposure from causeloop_pipeline;
grant insert, update, delete on core.exposure to causeloop_api;

create table core.value_override (
    workspace_id uuid not null references app.workspace on delete cascade,
    source       text not null,
    field        text not null check (field in ('severity', 'status')),
    vendor_value text not null,
    value        text not null,
    primary key (workspace_id, source, field, vendor_value)
);
comment on table core.value_override is
    'A workspace''s own reading of a vendor''s severity or status, over the seed maps.';
select app.isolate('core.value_override');
grant insert, update, delete on core.value_override to causeloop_api;

create table core.conservation (
    workspace_id uuid not null references app.workspace on delete cascade,
    source       text not null,
    records      bigint not null,
    issues       bigint not null,
    versions     bigint not null,
    quarantined  bigint not null,
    pending      bigint not null,
    balanced     boolean not null,
    checked_at   timestamptz not null default now(),
    changes      bigint not null default 0,
    no_failure   bigint not null default 0,
    primary key (workspace_id, source)
);
comment on table core.conservation is
    'records in = issues + changes + versions + no failure + quarantined + still pending, per source.';
select app.isolate('core.conservation');
