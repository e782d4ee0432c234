-- Recommendations, what is to be found out, how issues ended, claimed fixes and their proofs.

create table act.recommendation (
    workspace_id             uuid not null references app.workspace on delete cascade,
    recommendation_id        uuid not null,
    rank                     integer check (rank >= 1),
    title                    text not null,
    type                     text not null check (type in ('code_fix', 'config_change', 'process', 'monitoring')),
    status                   text not null default 'pending' check (status in ('pending', 'in_progress', 'implemented', 'dismissed')),
    effort                   text not null check (effort in ('low', 'medium', 'high')),
    impact                   text not null check (impact in ('high', 'medium', 'quick_win')),
    expected_loops_prevented double precision not null,
    expected_low             double precision not null,
    expected_high            double precision not null,
    pattern_ids              uuid[] not null,
    steps                    text[] not null,
    rationale                text not null,
    score                    double precision not null,
    computed_at              timestamptz not null,
    factors                  jsonb not null default '[]',
    primary key (workspace_id, recommendation_id),
    unique (workspace_id, rank) deferrable initially deferred
);
comment on column act.recommendation.pattern_ids is 'The patterns that it is for.';
comment on column act.recommendation.steps is 'What to do, in order.';
comment on column act.recommendation.factors is
    'The numbers whose product is its estimate, with their sources.';
-- The order in which recommendations are listed.
create index recommendations_by_rank
    on act.recommendation (workspace_id, (coalesce(rank, 2147483647)), recommendation_id);
select app.isolate('act.recommendation');
grant update (status) on act.recommendation to causeloop_api;

create table act.investigation (
    workspace_id     uuid not null references app.workspace on delete cascade,
    investigation_id uuid not null,
    pattern_id       uuid not null,
    kind             text not null,
    place            integer check (place >= 1),
    title            text not null,
    to_note          text not null,
    first_cause      text not null,
    second_cause     text not null,
    steps            text[] not null,
    status           text not null default 'open' check (status in ('open', 'done', 'dismissed')),
    result           text check (result in ('first', 'second', 'neither')),
    note             text,
    decided_by       text,
    decided_at       timestamptz,
    computed_at      timestamptz not null,
    primary key (workspace_id, investigation_id),
    check ((status = 'done') = (result is not null))
);
comment on table act.investigation is
    'What to note at the next occurrence of a pattern, to tell two causes apart; done, it is evidence.';
comment on column act.investigation.place is
    '1 is to be found out first; null: no longer offered, or decided.';
select app.isolate('act.investigation');
grant update (status, result, note, decided_by, decided_at) on act.investigation to causeloop_api;

create table act.unexplained_patterns (
    workspace_id uuid not null references app.workspace on delete cascade,
    pattern_ids  uuid[] not null,
    traits       text[] not null,
    computed_at  timestamptz not null,
    endings      text[] not null default '{}',
    primary key (workspace_id)
);
comment on table act.unexplained_patterns is
    'The patterns that recur and for which it is not known what to do, and what they have in common.';
select app.isolate('act.unexplained_patterns');

create table act.ending (
    workspace_id uuid not null,
    issue_id     uuid not null,
    ended_at     timestamptz not null,
    took_seconds bigint not null check (took_seconds >= 0),
    action       text,
    phrase       text,
    quote        text check (length(quote) <= 300),
    field        text,
    made_by      text,
    link         text,
    read_until   timestamptz not null,
    primary key (workspace_id, issue_id),
    foreign key (workspace_id, issue_id) references core.issue on delete cascade
);
comment on table act.ending is
    'How an issue of a pattern ended, as its tool tells: who, what was done, and the words that say so.';
comment on column act.ending.action is 'The kind of action that the words tell of; null: they tell of none.';
comment on column act.ending.field is 'Where in the stored record the words stand.';
comment on column act.ending.read_until is 'Up to which update of the issue it was read.';
select app.isolate('act.ending');

create table act.recommendation_progress (
    workspace_id      uuid not null references app.workspace on delete cascade,
    progress_id       uuid not null default uuidv7(),
    recommendation_id uuid not null,
    status            text check (status in ('pending', 'in_progress', 'implemented', 'dismissed')),
    step              integer,
    step_done         boolean,
    note              text,
    made_by           text not null,
    made_at           timestamptz not null default now(),
    primary key (workspace_id, progress_id),
    check (status is not null or step is not null or note is not null)
);
create index progress_of_recommendation on act.recommendation_progress (workspace_id, recommendation_id, progress_id desc);
select app.isolate('act.recommendation_progress');
revoke update, delete on act.recommendation_progress from causeloop_pipeline;
grant insert on act.recommendation_progress to causeloop_api;

create table act.fix (
    workspace_id             uuid not null references app.workspace on delete cascade,
    recommendation_id        uuid not null,
    pattern_id               uuid not null,
    fixed_at                 timestamptz not null,
    expected_loops_prevented double precision,
    claimed_by               text not null,
    withdrawn_at             timestamptz,
    fixed_in                 text,
    primary key (workspace_id, recommendation_id, pattern_id, fixed_at)
);
comment on table act.fix is 'That a fix was claimed, and the estimate as it stood then: a fact.';
comment on column act.fix.recommendation_id is 'The recommendation, or the action item of a post-mortem.';
comment on column act.fix.fixed_in is
    'The version that it came in: recurrences in an earlier one do not count against it.';
select app.isolate('act.fix');
grant insert on act.fix to causeloop_api;
grant update (withdrawn_at) on act.fix to causeloop_api;

create table act.proof (
    workspace_id        uuid not null references app.workspace on delete cascade,
    recommendation_id   uuid not null,
    pattern_id          uuid not null,
    verdict             text not null check (verdict in ('held', 'partly', 'failed', 'moved', 'not_provable_yet', 'no_exposure', 'no_sign')),
    events_before       bigint not null,
    days_before         double precision not null,
    events_after        bigint not null,
    days_after          double precision not null,
    rate_ratio          double precision,
    rate_ratio_low      double precision,
    rate_ratio_high     double precision,
    probability_halved  double precision,
    earliest_proof_date date,
    text                text not null,
    computed_at         timestamptz not null,
    expected_after      double precision,
    turns_kept          bigint,
    turns_due           bigint,
    left_out            jsonb not null default '[]',
    exposure_unit       text check (exposure_unit in ('executions', 'requests', 'deploys')),
    exposure_before     bigint,
    exposure_after      bigint,
    exposure_needed     bigint,
    primary key (workspace_id, recommendation_id, pattern_id)
);
comment on column act.proof.text is 'The verdict in words.';
comment on column act.proof.expected_after is
    'How many active days, or turns of a rhythm, were to be expected since with nothing changed.';
comment on column act.proof.turns_due is 'How many turns of its rhythm were due since; null: it has none.';
comment on column act.proof.left_out is
    'How many occurrences were not counted, before the fix and since, by reason and provider.';
comment on column act.proof.exposure_unit is 'What its rates are measured by; null: by days.';
comment on column act.proof.exposure_needed is
    'The exposure since the fix with which silence will have proven it, or did.';
select app.isolate('act.proof');

create table act.verdict (
    workspace_id      uuid not null references app.workspace on delete cascade,
    recommendation_id uuid not null,
    pattern_id        uuid not null,
    fixed_at          timestamptz not null,
    verdict           text not null check (verdict in ('held', 'partly', 'failed', 'moved', 'not_provable_yet', 'no_exposure', 'no_sign')),
    decided_at        timestamptz not null,
    -- The first recurrence after it, whatever was decided since.
    came_back_at      timestamptz,
    primary key (workspace_id, recommendation_id, pattern_id, fixed_at, decided_at)
);
comment on table act.verdict is 'When the verdict on a claimed fix was first given, and each time it changed.';
select app.isolate('act.verdict');

create table act.expectation (
    workspace_id      uuid not null references app.workspace on delete cascade,
    expectation_id    uuid not null default uuidv7(),
    recommendation_id uuid not null,
    kind              text not null check (kind in ('no_occurrence', 'at_most', 'job_passes')),
    pattern_id        uuid,
    service           text,
    job               text,
    most              integer check (most >= 0),
    until             date,
    made_by           text not null,
    made_at           timestamptz not null default now(),
    withdrawn_at      timestamptz,
    status            text not null default 'open' check (status in ('open', 'met', 'broken', 'inconclusive')),
    broken_at         timestamptz,
    text              text,
    evaluated_at      timestamptz,
    primary key (workspace_id, expectation_id),
    check ((kind = 'job_passes') = (job is not null) and (kind = 'job_passes') = (pattern_id is null)),
    check ((kind = 'at_most') = (most is not null))
);
comment on table act.expectation is 'What must stay true after a fix, and whether it has.';
comment on column act.expectation.most is 'How often the pattern may occur in a week.';
comment on column act.expectation.until is 'The last day on which it must be true; null: it goes on.';
create index expectations_of_recommendation on act.expectation (workspace_id, recommendation_id, expectation_id);
select app.isolate('act.expectation');
grant insert on act.expectation to causeloop_api;
grant update (withdrawn_at) on act.expectation to causeloop_api;

create table act.ticket (
    workspace_id      uuid not null references app.workspace on delete cascade,
    recommendation_id uuid not null,
    connector_id      uuid not null,
    status            text not null default 'queued'
                      check (status in ('queued', 'open', 'done', 'failed', 'cancelled')),
    external_id       text,
    external_url      text,
    attempts          integer not null default 0,
    error             text,
    pushed_by         text not null,
    pushed_at         timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    -- A ticket that is done may be opened again: it is looked at for a while longer, counted from when it was done.
    done_at           timestamptz,
    is_edit_due       boolean not null default false,
    target            text,
    primary key (workspace_id, recommendation_id)
);
comment on column act.ticket.target is
    'The repository or project that it is opened in; null: the one that the connector names.';
comment on column act.ticket.is_edit_due is
    'Whether what the ticket is about recurred since it was last written.';
comment on table act.ticket is 'The one ticket of a recommendation, or of a failure claim, however often it is pushed.';
select app.isolate('act.ticket');
grant insert, update on act.ticket to causeloop_api;

create table act.failure_claim (
    workspace_id     uuid not null references app.workspace on delete cascade,
    claim_id         uuid not null,
    identity         text not null check (identity ~ '^cf_[0-9a-f]{24}$'),
    title            text not null check (length(title) between 1 and 300),
    service          text,
    pattern_id       uuid,
    note             text,
    ticket_url       text,
    claimed_by       text not null,
    claimed_at       timestamptz not null default now(),
    last_seen_at     timestamptz,
    recurrence_count integer not null default 0 check (recurrence_count >= 0),
    released_at      timestamptz,
    primary key (workspace_id, claim_id),
    unique (workspace_id, identity)
);
comment on table act.failure_claim is
    'Who works on a failure, once for each identity; its ticket has the same id in act.ticket.';
comment on column act.failure_claim.ticket_url is 'The ticket that whoever claimed it had opened already.';
comment on column act.failure_claim.recurrence_count is 'How often it was reported again since.';
create index claims_of_pattern on act.failure_claim (workspace_id, pattern_id) where pattern_id is not null;
select app.isolate('act.failure_claim');
revoke insert, update, delete on act.failure_claim from causeloop_pipeline;
grant insert, update on act.failure_claim to causeloop_api;

create table act.failure_alias (
    workspace_id uuid not null,
    alias        text not null,
    claim_id     uuid not null,
    primary key (workspace_id, alias),
    foreign key (workspace_id, claim_id) references act.failure_claim on delete cascade
);
comment on table act.failure_alias is
    'The identities and patterns under which a claimed failure is found again, whatever was grouped since.';
create index aliases_of_claim on act.failure_alias (workspace_id, claim_id);
select app.isolate('act.failure_alias');
revoke insert, update, delete on act.failure_alias from causeloop_pipeline;
grant insert on act.failure_alias to causeloop_api;

create table act.tracker_act (
    workspace_id uuid not null references app.workspace on delete cascade,
    act_id       uuid not null default uuidv7(),
    kind         text not null check (kind in ('comment', 'close')),
    issue_id     uuid not null,
    pattern_id   uuid not null,
    connector_id uuid not null,
    place        text not null check (length(place) between 1 and 300),
    body         text not null check (length(body) between 1 and 4000),
    status       text not null check (status in ('shadow', 'queued', 'sent', 'failed')),
    decided_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    attempts     integer not null default 0,
    is_edit_due  boolean not null default false,
    external_id  text,
    external_url text,
    error        text,
    is_right     boolean,
    judged_by    text,
    judged_at    timestamptz,
    primary key (workspace_id, act_id),
    unique (workspace_id, kind, issue_id)
);
comment on table act.tracker_act is
    'What was done by itself on an issue in its tracker, or would have been: a comment, or closing it.';
comment on column act.tracker_act.place is
    'The issue as its tracker''s API names it, such as acme/shop#12 or OPS-11.';
comment on column act.tracker_act.is_edit_due is 'Whether what the comment says has changed since then.';
comment on column act.tracker_act.is_right is
    'Whether it was right to do it, as a person says or as what came after shows; null: nobody knows yet.';
create index tracker_acts_due on act.tracker_act (workspace_id, decided_at)
    where status = 'queued' or is_edit_due;
select app.isolate('act.tracker_act');
grant update (is_right, judged_by, judged_at) on act.tracker_act to causeloop_api;

create table act.postmortem (
    workspace_id  uuid not null references app.workspace on delete cascade,
    postmortem_id uuid not null default uuidv7(),
    source        text not null check (length(source) between 1 and 500),
    file_name     text not null check (length(file_name) between 1 and 200),
    address       text check (length(address) <= 2000),
    title         text not null check (length(title) between 1 and 300),
    occurred_at   timestamptz,
    services      text[] not null default '{}',
    severity      text,
    statements    jsonb not null default '{}',
    failure       jsonb not null default '{}',
    names         text[] not null default '{}',
    notes         text[] not null default '{}',
    pattern_ids   uuid[] not null default '{}',
    status        text not null default 'draft' check (status in ('draft', 'imported', 'undone')),
    uploaded_by   text not null,
    uploaded_at   timestamptz not null default now(),
    imported_by   text,
    imported_at   timestamptz,
    undone_at     timestamptz,
    primary key (workspace_id, postmortem_id)
);
comment on table act.postmortem is
    'What was read of a post-mortem, and the patterns that a person confirmed it is about.';
comment on column act.postmortem.source is 'Which document it is, however often it is read.';
comment on column act.postmortem.statements is 'What it says in its summary, cause and resolution.';
comment on column act.postmortem.failure is 'What it tells of the failure, to compare with issues.';
comment on column act.postmortem.names is 'The addresses and keys of issues that it names.';
create unique index one_imported_postmortem on act.postmortem (workspace_id, source)
    where status = 'imported';
create index postmortems_newest on act.postmortem (workspace_id, uploaded_at desc, postmortem_id desc);
select app.isolate('act.postmortem');
grant insert, update, delete on act.postmortem to causeloop_api;

create table act.action_item (
    workspace_id  uuid not null,
    item_id       uuid not null default uuidv7(),
    postmortem_id uuid not null,
    item_key      text not null,
    place         integer not null,
    text          text not null check (length(text) between 1 and 500),
    quote         text not null check (length(quote) between 1 and 600),
    heading       text not null default '',
    kind          text not null check (kind in ('fix', 'detection', 'process')),
    owner         text,
    due_on        date,
    tickets       text[] not null default '{}',
    names         text[] not null default '{}',
    is_done       boolean not null default false,
    is_dropped    boolean not null default false,
    done_at       timestamptz,
    done_basis    text check (done_basis in ('stated', 'ticket', 'reading', 'person')),
    is_edited     boolean not null default false,
    left_at       timestamptz,
    primary key (workspace_id, item_id),
    unique (workspace_id, postmortem_id, item_key),
    foreign key (workspace_id, postmortem_id) references act.postmortem on delete cascade,
    check (is_done = (done_at is not null) and is_done = (done_basis is not null))
);
comment on table act.action_item is
    'What was to be done after an incident; done, and changing what fails, it has a claim in act.fix.';
comment on column act.action_item.names is 'How the issues may be stored that are its tickets.';
comment on column act.action_item.is_edited is
    'Whether a person decided its state or kind, which no later reading changes.';
comment on column act.action_item.left_at is 'Since when the document no longer has it.';
create index tickets_of_items on act.action_item (workspace_id) where names <> '{}';
select app.isolate('act.action_item');
grant insert, update, delete on act.action_item to causeloop_api;
