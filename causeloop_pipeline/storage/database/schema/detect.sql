-- Fingerprints, patterns and clusters, and what people corrected of them.

-- Grouping

create table detect.fingerprint (
    workspace_id       uuid not null,
    issue_id           uuid not null,
    kind               text not null check (kind in ('machine', 'human', 'structured')),
    -- People's words have no template.
    template           text,
    template_key       text,
    trace_key          text,
    service            text,
    component          text,
    error_type         text,
    team               text,
    environment        text,
    region             text,
    time_of_day        text,
    weekday            text,
    issue_changed_at   timestamptz,
    grouped_changed_at timestamptz,
    source_kind        text,
    title_key          text,
    template_probability double precision check (template_probability between 0 and 1),
    primary key (workspace_id, issue_id),
    foreign key (workspace_id, issue_id) references core.issue on delete cascade
);
comment on column detect.fingerprint.issue_id is 'The issue whose fingerprint it is.';
comment on column detect.fingerprint.kind is 'Whose words its text has: machine, human or structured.';
comment on column detect.fingerprint.template is
    'Its text without numbers, ids and names; null: people wrote it.';
comment on column detect.fingerprint.template_key is
    'A digest of the template: the same for all issues of one.';
comment on column detect.fingerprint.trace_key is 'A digest of its stack trace; null: it has none.';
comment on column detect.fingerprint.service is 'The service that failed.';
comment on column detect.fingerprint.component is 'The part of the service that failed.';
comment on column detect.fingerprint.error_type is 'What kind of error it is.';
comment on column detect.fingerprint.team is 'The team whose it is.';
comment on column detect.fingerprint.environment is 'Where it runs, such as production.';
comment on column detect.fingerprint.region is 'The region that it runs in.';
comment on column detect.fingerprint.time_of_day is 'The part of the day at which it began.';
comment on column detect.fingerprint.weekday is 'The day of the week on which it began.';
comment on column detect.fingerprint.source_kind is
    'What the rows of its source are by vote, which a template with evidence of its own outvotes.';
comment on column detect.fingerprint.title_key is
    'Of a text whose title others may copy: the same for equal titles.';
comment on column detect.fingerprint.template_probability is
    'That the issues of the template, or of the copied title, have one cause.';
comment on column detect.fingerprint.issue_changed_at is
    'The issue''s changed_at as this fingerprint saw it; another value means that it is out of date.';
comment on column detect.fingerprint.grouped_changed_at is
    'The same of the last grouping; another value means that the issue is still to be grouped.';
create index fingerprints_by_template on detect.fingerprint (workspace_id, template_key);
create index fingerprints_by_title on detect.fingerprint (workspace_id, title_key) where title_key is not null;
create index fingerprints_by_trace on detect.fingerprint (workspace_id, trace_key) where trace_key is not null;
create index ungrouped_fingerprints on detect.fingerprint (workspace_id, issue_id)
    where grouped_changed_at is distinct from issue_changed_at;
select app.isolate('detect.fingerprint');

create table detect.grouping_state (
    workspace_id       uuid primary key references app.workspace on delete cascade,
    algorithm_version  text not null,
    input_digest       text not null,
    issue_count        bigint not null,
    pattern_index      bytea not null,
    churn              double precision,
    corrections_digest text not null default '',
    stale_since        timestamptz,
    grouped_at         timestamptz not null default now(),
    risks_scored_at    timestamptz,
    clustered_at       timestamptz,
    clustered_patterns bigint,
    -- Every run checks whether the workspace has grown so much that everything is grouped again.
    added_issues       bigint not null default 0,
    similarity_model   jsonb
);
comment on column detect.grouping_state.churn is
    'Share of issues whose pattern changed though the input did not: must be 0.';
comment on column detect.grouping_state.corrections_digest is
    'Which links, unlinks and feedback the grouping has taken into account; when others exist, all issues are grouped again.';
comment on column detect.grouping_state.stale_since is
    'Since when the grouping holds issues that retention has deleted: all issues are grouped again; null: none.';
comment on column detect.grouping_state.grouped_at is
    'When the grouping was made: what people corrected since is why the next one moves issues.';
comment on column detect.grouping_state.risks_scored_at is
    'When the risk of all issues was last scored, which time lowers.';
comment on column detect.grouping_state.clustered_at is
    'The moment as of which the patterns were last clustered.';
comment on column detect.grouping_state.clustered_patterns is
    'How many patterns there were then: when there are more, they are clustered again.';
comment on column detect.grouping_state.similarity_model is
    'What the pairs of the workspace''s own issues say of one cause: the API compares new failures by it.';
comment on column detect.grouping_state.added_issues is
    'How many issues joined the index since all were grouped.';
select app.isolate('detect.grouping_state');

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
revoke all on detect.pattern_index_part from causeloop_api;

-- Patterns

create table detect.pattern (
    workspace_id     uuid not null references app.workspace on delete cascade,
    pattern_id       uuid not null,
    name             text not null,
    kind             text not null,
    status           text not null check (status in ('emerging', 'active', 'resolved')),
    confidence       double precision not null check (confidence between 0 and 1),
    fingerprint      jsonb not null default '{}',
    issue_count      bigint not null,
    first_seen_at    timestamptz not null,
    last_seen_at     timestamptz not null,
    mttr_seconds     bigint,
    risk_score       double precision check (risk_score between 0 and 100),
    resolved_at      timestamptz,
    reopened_at      timestamptz,
    typical_gap_days double precision,
    issue_risk_basis double precision,
    occurrence_count bigint not null default 0,
    words            tsvector not null,
    primary key (workspace_id, pattern_id)
);
comment on column detect.pattern.fingerprint is 'What its issues have in common, by dimension.';
comment on column detect.pattern.words is 'The words of its name, for the search.';
comment on column detect.pattern.occurrence_count is
    'How often it occurred: at least once for each of its issues.';
comment on column detect.pattern.typical_gap_days is
    'Nine of ten gaps between two days with issues are at most this long; null: fewer than five such days.';
comment on column detect.pattern.issue_risk_basis is
    'What the pattern added to the risk of its issues when they were last scored: recurrence and breadth, in points.';
-- A failure finds the patterns whose names have words of it: those of a message with many copies are rare among names.
create index patterns_by_words on detect.pattern using gin (words);
-- Whether a word is common among names is read from a 64th of the patterns: their ids are digests, too.
create index sampled_patterns_by_words on detect.pattern using gin (words) with (fastupdate = off)
    where pattern_id < '04000000-0000-0000-0000-000000000000';
create trigger set_words_of_new before insert on detect.pattern for each row
    execute function detect.set_words();
create trigger set_words_of_changed before update on detect.pattern for each row
    when (old.name is distinct from new.name)
    execute function detect.set_words();
create index patterns_by_risk on detect.pattern (workspace_id, risk_score desc nulls last, pattern_id desc);
create index patterns_by_last_seen on detect.pattern (workspace_id, last_seen_at desc, pattern_id desc);
create trigger find_current_again_of_deleted after delete on detect.pattern
    referencing old table as changed for each statement execute function predict.find_current_again();
create trigger find_current_again_of_new after insert on detect.pattern
    referencing new table as changed for each statement execute function predict.find_current_again();
select app.isolate('detect.pattern');
grant update (name, status, resolved_at, reopened_at) on detect.pattern to causeloop_api;

create table detect.pattern_member (
    workspace_id       uuid not null,
    issue_id           uuid not null,
    pattern_id         uuid not null,
    similarity         double precision not null,
    confidence         double precision not null,
    reason             jsonb not null,
    nearest_pattern_id uuid,
    nearest_missing    text,
    primary key (workspace_id, issue_id),
    foreign key (workspace_id, issue_id) references core.issue on delete cascade,
    foreign key (workspace_id, pattern_id) references detect.pattern on delete cascade
);
create index members_of_pattern on detect.pattern_member (workspace_id, pattern_id);
select app.isolate('detect.pattern_member');

create table detect.suggestion (
    workspace_id   uuid not null references app.workspace on delete cascade,
    suggestion_id  uuid not null
        generated always as (md5(issue_id::text || other_issue_id::text)::uuid) stored,
    issue_id       uuid not null,
    other_issue_id uuid not null,
    confidence     double precision not null check (confidence between 0 and 1),
    reason         jsonb not null,
    primary key (workspace_id, suggestion_id),
    foreign key (workspace_id, issue_id) references core.issue on delete cascade,
    foreign key (workspace_id, other_issue_id) references core.issue on delete cascade
);
comment on table detect.suggestion is
    'Two issues that may have one cause, not surely enough to be linked: a person decides.';
comment on column detect.suggestion.other_issue_id is 'The earlier issue, of another pattern or of none.';
create index suggestions_of_issue on detect.suggestion (workspace_id, issue_id);
create index suggestions_of_other_issue on detect.suggestion (workspace_id, other_issue_id);
create index suggestions_by_confidence
    on detect.suggestion (workspace_id, confidence desc, suggestion_id desc);
select app.isolate('detect.suggestion');

-- The search by meaning, where an encoder is set up

create table detect.vector_space (
    workspace_id uuid primary key references app.workspace on delete cascade,
    encoder      text not null check (encoder ~ '^[0-9a-f]{64}$'),
    projection   bytea not null,
    projected    bigint not null,
    centres      bytea not null default '',
    vector_count bigint not null default 0,
    encoded_at   timestamptz
);
comment on table detect.vector_space is
    'Where the vectors of a workspace lie, and by which encoder they were made; none: no search by meaning.';
comment on column detect.vector_space.projection is
    'What all texts have in common, and the 128 directions in which they differ most: numbers of 16 bits.';
comment on column detect.vector_space.projected is 'Of how many texts the projection was made.';
comment on column detect.vector_space.centres is 'The centre of each cell; empty: there is one cell.';
comment on column detect.vector_space.vector_count is 'How many vectors there were when cells were made.';
comment on column detect.vector_space.encoded_at is
    'The issues of that time have their vectors; null: the first passage over them goes on.';
select app.isolate('detect.vector_space');

create table detect.text_vector (
    workspace_id     uuid not null,
    issue_id         uuid not null,
    issue_changed_at timestamptz not null,
    text_hash        bytea not null check (length(text_hash) = 16),
    cell             smallint not null default 0,
    vector           bytea not null check (length(vector) = 128),
    primary key (workspace_id, issue_id),
    foreign key (workspace_id) references detect.vector_space on delete cascade,
    foreign key (workspace_id, issue_id) references core.issue on delete cascade
);
comment on table detect.text_vector is
    'What a sentence encoder makes of an issue that a person wrote: near where texts mean the same.';
comment on column detect.text_vector.issue_changed_at is
    'The issue''s changed_at as this vector saw it; another value means that its text is looked at again.';
comment on column detect.text_vector.text_hash is 'Of the encoded text: equal texts are encoded once.';
comment on column detect.text_vector.cell is 'The cell of detect.vector_space that the vector lies in.';
-- A search reads the vectors of some cells from it alone: in the table they lie apart.
create index vectors_of_cell on detect.text_vector (workspace_id, cell) include (issue_id, vector);
create index vectors_by_text on detect.text_vector (workspace_id, text_hash);
select app.isolate('detect.text_vector');

create table detect.pattern_lineage (
    workspace_id   uuid not null references app.workspace on delete cascade,
    lineage_id     uuid not null default uuidv7(),
    old_pattern_id uuid not null,
    new_pattern_id uuid not null,
    kind           text not null check (kind in ('merged', 'split', 'regrouped')),
    issue_count    bigint not null,
    reason         text not null,
    at             timestamptz not null default now(),
    primary key (workspace_id, lineage_id)
);
comment on table detect.pattern_lineage is
    'Where a pattern''s issues went, and why: an old id always resolves.';
create index lineage_by_old on detect.pattern_lineage (workspace_id, old_pattern_id);
create index lineage_by_new on detect.pattern_lineage (workspace_id, new_pattern_id);
select app.isolate('detect.pattern_lineage');

create table detect.cluster (
    workspace_id  uuid not null references app.workspace on delete cascade,
    cluster_id    uuid not null,
    name          text not null,
    likely_cause  text not null,
    pattern_count bigint not null,
    issue_count   bigint not null,
    computed_at   timestamptz not null default now(),
    primary key (workspace_id, cluster_id)
);
select app.isolate('detect.cluster');

create table detect.cluster_member (
    workspace_id uuid not null,
    cluster_id   uuid not null,
    pattern_id   uuid not null,
    primary key (workspace_id, pattern_id),
    foreign key (workspace_id, cluster_id) references detect.cluster on delete cascade,
    foreign key (workspace_id, pattern_id) references detect.pattern on delete cascade
);
create index members_of_cluster on detect.cluster_member (workspace_id, cluster_id);
select app.isolate('detect.cluster_member');

create table detect.pattern_edge (
    workspace_id     uuid not null,
    left_pattern_id  uuid not null,
    right_pattern_id uuid not null,
    strength         double precision not null check (strength between 0 and 1),
    reasons          jsonb not null,
    primary key (workspace_id, left_pattern_id, right_pattern_id),
    foreign key (workspace_id, left_pattern_id) references detect.pattern on delete cascade,
    foreign key (workspace_id, right_pattern_id) references detect.pattern on delete cascade
);
select app.isolate('detect.pattern_edge');

-- What people say of patterns

create table detect.pattern_constraint (
    workspace_id   uuid not null references app.workspace on delete cascade,
    constraint_id  uuid not null default uuidv7(),
    kind           text not null check (kind in ('must', 'cannot')),
    left_issue_id  uuid not null,
    right_issue_id uuid not null,
    pattern_id     uuid,
    made_by        text not null,
    made_at        timestamptz not null default now(),
    reason         text,
    -- One correction makes several constraints, and is withdrawn as a whole. Earlier constraints stand for themselves.
    correction_id  uuid,
    act            text check (act in ('link', 'unlink', 'merge', 'split')),
    primary key (workspace_id, constraint_id),
    check (left_issue_id <> right_issue_id)
);
comment on table detect.pattern_constraint is
    'Which issues users linked or unlinked: every later grouping obeys.';
comment on column detect.pattern_constraint.correction_id is
    'The correction that made it: null for those made one by one. An unlink or split has who left on the left.';
create index constraints_by_correction on detect.pattern_constraint (workspace_id, correction_id);
select app.isolate('detect.pattern_constraint');
revoke update, delete on detect.pattern_constraint from causeloop_pipeline;
grant insert on detect.pattern_constraint to causeloop_api;

create table detect.constraint_withdrawal (
    workspace_id  uuid not null references app.workspace on delete cascade,
    withdrawal_id uuid not null default uuidv7(),
    constraint_id uuid not null,
    replaced_by   uuid,
    made_by       text not null,
    made_at       timestamptz not null default now(),
    primary key (workspace_id, withdrawal_id),
    foreign key (workspace_id, constraint_id) references detect.pattern_constraint on delete cascade
);
comment on table detect.constraint_withdrawal is
    'Constraints that no longer count: a person withdrew them, or a later correction (replaced_by) replaced them.';
create index withdrawals_by_constraint on detect.constraint_withdrawal (workspace_id, constraint_id);
select app.isolate('detect.constraint_withdrawal');
revoke insert, update, delete on detect.constraint_withdrawal from causeloop_pipeline;
grant insert on detect.constraint_withdrawal to causeloop_api;

-- What a correction replaced counts again when that correction is withdrawn itself.
create view detect.constraint_in_force with (security_invoker = true) as
select c.*
from detect.pattern_constraint as c
where not exists (
    select
    from detect.constraint_withdrawal as w
    where w.workspace_id = c.workspace_id and w.constraint_id = c.constraint_id
      and (w.replaced_by is null or not exists (
          select
          from detect.pattern_constraint as later
          join detect.constraint_withdrawal as undone using (workspace_id, constraint_id)
          where later.workspace_id = w.workspace_id and later.correction_id = w.replaced_by
            and undone.replaced_by is null
      ))
);
grant select on detect.constraint_in_force to causeloop_api, causeloop_pipeline;
comment on view detect.constraint_in_force is 'Which issues users linked or unlinked and have not withdrawn.';

create table detect.pattern_feedback (
    workspace_id   uuid not null references app.workspace on delete cascade,
    feedback_id    uuid not null default uuidv7(),
    pattern_id     uuid,
    left_issue_id  uuid,
    right_issue_id uuid,
    together       boolean not null,
    confidence     double precision,
    made_by        text not null,
    made_at        timestamptz not null default now(),
    withdrawn_at   timestamptz,
    withdrawn_by   text,
    primary key (workspace_id, feedback_id)
);
comment on table detect.pattern_feedback is 'Users'' answers to whether two issues belong together.';
comment on column detect.pattern_feedback.pattern_id is 'Null: the two issues were in no pattern.';
select app.isolate('detect.pattern_feedback');
revoke update, delete on detect.pattern_feedback from causeloop_pipeline;
grant insert on detect.pattern_feedback to causeloop_api;
grant update (withdrawn_at, withdrawn_by) on detect.pattern_feedback to causeloop_api;

create table detect.pattern_handling (
    workspace_id  uuid not null references app.workspace on delete cascade,
    pattern_id    uuid not null,
    name          text,
    snoozed_until timestamptz,
    changed_by    text not null,
    changed_at    timestamptz not null default now(),
    named_by      uuid,
    former_name   text,
    primary key (workspace_id, pattern_id)
);
comment on table detect.pattern_handling is
    'What people set for a pattern: a name of their own, and until when it sends no alerts.';
comment on column detect.pattern_handling.named_by is
    'The merge that set the name: when it is withdrawn, the former name, if any, is set again.';
select app.isolate('detect.pattern_handling');
revoke insert, update, delete on detect.pattern_handling from causeloop_pipeline;
grant insert, update, delete on detect.pattern_handling to causeloop_api;

create table detect.closure_note (
    workspace_id    uuid not null references app.workspace on delete cascade,
    closure_note_id uuid not null default uuidv7(),
    pattern_id      uuid not null,
    note            text not null check (length(note) between 1 and 10000),
    made_by         text not null,
    made_at         timestamptz not null default now(),
    -- Reopening a pattern withdraws its closure notes: they stay on record, and no longer count.
    withdrawn_at    timestamptz,
    withdrawn_by    text,
    primary key (workspace_id, closure_note_id)
);
select app.isolate('detect.closure_note');
revoke update, delete on detect.closure_note from causeloop_pipeline;
grant insert on detect.closure_note to causeloop_api;
grant update (withdrawn_at, withdrawn_by) on detect.closure_note to causeloop_api;

-- Counts

-- What each pattern's issues and their occurrences add up to, kept as they come: a sync reads and writes only what its
-- issues touch.
create table detect.pattern_tally (
    workspace_id uuid not null references app.workspace on delete cascade,
    pattern_id   uuid not null,
    kind         text not null check (kind in ('day', 'severity', 'service', 'team', 'environment', 'error_type',
                                               'component', 'region')),
    value        text not null,
    count        bigint not null,
    primary key (workspace_id, pattern_id, kind, value)
);
comment on table detect.pattern_tally is
    'How many of a pattern''s issues have a value, or of its occurrences, for a `day`, a date in UTC.';
create index emptied_tallies on detect.pattern_tally (workspace_id) where count <= 0;
select app.isolate('detect.pattern_tally');

create table detect.pattern_summary (
    workspace_id uuid not null references app.workspace on delete cascade,
    pattern_id   uuid not null,
    summary      jsonb not null,
    -- Numbers that every run reads of each pattern, without the rest of its summary.
    issues       bigint not null generated always as ((summary ->> 'issue_count')::bigint) stored,
    p1           bigint not null generated always as (coalesce((summary -> 'severities' ->> 'p1')::bigint, 0)) stored,
    p2           bigint not null generated always as (coalesce((summary -> 'severities' ->> 'p2')::bigint, 0)) stored,
    p3           bigint not null generated always as (coalesce((summary -> 'severities' ->> 'p3')::bigint, 0)) stored,
    p4           bigint not null generated always as (coalesce((summary -> 'severities' ->> 'p4')::bigint, 0)) stored,
    services     bigint not null generated always as ((summary ->> 'services')::bigint) stored,
    teams        bigint not null generated always as ((summary ->> 'teams')::bigint) stored,
    primary key (workspace_id, pattern_id)
);
comment on table detect.pattern_summary is
    'What a pattern''s issues tell of it: made of its tally and its latest issues.';
select app.isolate('detect.pattern_summary');

-- Only ever added to, so that nobody who changes an issue waits for a run.
create table detect.pattern_touch (
    workspace_id uuid not null references app.workspace on delete cascade,
    touch_id     bigint generated always as identity,
    pattern_id   uuid not null,
    issues       integer not null default 0 check (issues in (-1, 0, 1)),
    occurrences  integer not null default 0 check (occurrences in (-1, 0, 1)),
    facts        jsonb not null,
    -- A touch says what occurred, so that the months follow as the tallies do.
    occurred_at  timestamptz,
    service      text,
    team         text,
    environment  text,
    severity     text,
    primary key (workspace_id, touch_id),
    constraint pattern_touch_is_of_one_kind
        check ((issues = 0) <> (occurrences = 0) and (occurrences = 0) = (occurred_at is null))
);
comment on table detect.pattern_touch is
    'Issues and occurrences that came to a pattern (1) or left it (-1) since its tallies were counted.';
comment on column detect.pattern_touch.occurred_at is
    'When the occurrence began; null for an issue.';
select app.isolate('detect.pattern_touch');
grant insert on detect.pattern_touch to causeloop_api;

-- What occurred in patterns, by month and in columns: a run reads months, not every issue. A month is written again
-- when an issue of it came, changed or went.
create table detect.occurrence_month (
    workspace_id uuid not null references app.workspace on delete cascade,
    month        date not null check (extract(day from month) = 1),
    content      bytea not null,
    primary key (workspace_id, month)
);
alter table detect.occurrence_month alter column content set storage external;  -- it is compressed already
comment on table detect.occurrence_month is
    'When and where the patterns of a workspace occurred in a month (UTC), as a parquet file; none until they are counted.';
select app.isolate('detect.occurrence_month');
revoke all on detect.occurrence_month from causeloop_api;

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
revoke all on detect.later_occurrence from causeloop_api;
