create table detect.fingerprint (
    workspace_id uuid not null,
    issue_id     uuid not null,
    kind         text not null check (kind in ('machine', 'human', 'structured')),
    template     text not null,
    template_key text not null,
    trace_key    text,
    service      text,
    component    text,
    error_type   text,
    team         text,
    environment  text,
    region       text,
    time_of_day  text,
    weekday      text,
    primary key (workspace_id, issue_id),
    foreign key (workspace_id, issue_id) references core.issue on delete cascade
);
create index fingerprints_by_template on detect.fingerprint (workspace_id, template_key);

create table detect.pattern (
    workspace_id  uuid not null references app.workspace on delete cascade,
    pattern_id    uuid not null,
    name          text not null,
    kind          text not null,
    status        text not null check (status in ('emerging', 'active', 'resolved')),
    confidence    double precision not null check (confidence between 0 and 1),
    fingerprint   jsonb not null default '{}',
    issue_count   bigint not null,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    mttr_seconds  bigint,
    risk_score    double precision check (risk_score between 0 and 100),
    resolved_at   timestamptz,
    reopened_at   timestamptz,
    primary key (workspace_id, pattern_id)
);
create index patterns_by_risk on detect.pattern (workspace_id, risk_score desc nulls last, pattern_id desc);
create index patterns_by_last_seen on detect.pattern (workspace_id, last_seen_at desc, pattern_id desc);

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
comment on table detect.pattern_lineage is 'Where a pattern''s issues went, and why: an old id always resolves.';
create index lineage_by_old on detect.pattern_lineage (workspace_id, old_pattern_id);

create table detect.grouping_state (
    workspace_id      uuid primary key references app.workspace on delete cascade,
    algorithm_version text not null,
    input_digest      text not null,
    output_digest     text not null,
    issue_count       bigint not null,
    pattern_index     bytea not null,
    computed_at       timestamptz not null default now(),
    churn             double precision
);
comment on column detect.grouping_state.churn is 'Share of issues whose pattern changed though the input did not: must be 0.';

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
    primary key (workspace_id, constraint_id),
    foreign key (workspace_id, left_issue_id) references core.issue,
    foreign key (workspace_id, right_issue_id) references core.issue,
    check (left_issue_id <> right_issue_id)
);
comment on table detect.pattern_constraint is 'What people said belongs together or apart: a fact, honoured for ever.';

create table detect.pattern_verdict (
    workspace_id uuid not null references app.workspace on delete cascade,
    verdict_id   uuid not null default uuidv7(),
    pattern_id   uuid not null,
    left_issue_id  uuid,
    right_issue_id uuid,
    together     boolean not null,
    confidence   double precision,
    made_by      text not null,
    made_at      timestamptz not null default now(),
    primary key (workspace_id, verdict_id)
);

create table detect.closure_note (
    workspace_id    uuid not null references app.workspace on delete cascade,
    closure_note_id uuid not null default uuidv7(),
    pattern_id      uuid not null,
    note            text not null check (length(note) between 1 and 10000),
    made_by         text not null,
    made_at         timestamptz not null default now(),
    primary key (workspace_id, closure_note_id)
);

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

create table detect.cluster_member (
    workspace_id uuid not null,
    cluster_id   uuid not null,
    pattern_id   uuid not null,
    primary key (workspace_id, pattern_id),
    foreign key (workspace_id, cluster_id) references detect.cluster on delete cascade,
    foreign key (workspace_id, pattern_id) references detect.pattern on delete cascade
);
create index members_of_cluster on detect.cluster_member (workspace_id, cluster_id);

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

select app.isolate(t) from unnest(array[
    'detect.fingerprint', 'detect.pattern', 'detect.pattern_member', 'detect.pattern_lineage', 'detect.grouping_state',
    'detect.pattern_constraint', 'detect.pattern_verdict', 'detect.closure_note', 'detect.cluster',
    'detect.cluster_member', 'detect.pattern_edge'
]::regclass[]) as t;
grant insert on detect.pattern_constraint, detect.pattern_verdict, detect.closure_note to causeloop_api;
revoke update, delete on detect.pattern_constraint, detect.pattern_verdict, detect.closure_note from causeloop_pipeline;
