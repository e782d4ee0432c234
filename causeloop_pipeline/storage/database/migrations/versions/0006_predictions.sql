create table predict.prediction (
    workspace_id        uuid not null references app.workspace on delete cascade,
    prediction_id       uuid not null,
    pattern_id          uuid not null,
    window_days         integer not null check (window_days between 1 and 365),
    issued_at           timestamptz not null,
    closes_at           timestamptz not null,
    probability         double precision check (probability between 0 and 1),
    reason              text,
    impact              text not null check (impact in ('critical', 'high', 'medium', 'low')),
    likely_trigger      text,
    evidence            jsonb not null default '[]',
    likely_where        jsonb not null default '{}',
    likely_when         jsonb not null default '[]',
    next_date_low       date,
    next_date_median    date,
    next_date_high      date,
    event_count         bigint not null,
    model_probabilities jsonb not null default '{}',
    model_version       text not null,
    primary key (workspace_id, prediction_id),
    unique (workspace_id, pattern_id, window_days, issued_at),
    check ((probability is null) = (reason is not null))
);
comment on table predict.prediction is 'What was said, when, by which model: a fact, never rewritten.';
create index predictions_of_pattern on predict.prediction (workspace_id, pattern_id, window_days, issued_at desc);
create index predictions_closing on predict.prediction (workspace_id, closes_at);

create table predict.outcome (
    workspace_id        uuid not null,
    prediction_id       uuid not null,
    decided_by          text not null,
    outcome             text not null check (outcome in ('hit', 'miss', 'prevented')),
    counterfactual_rate double precision,
    reason              text not null,
    decided_at          timestamptz not null default now(),
    primary key (workspace_id, prediction_id, decided_by),
    foreign key (workspace_id, prediction_id) references predict.prediction on delete cascade
);
comment on table predict.outcome is 'What came of a prediction; decided_by is system or a person, and a person''s word is kept beside it.';

create table predict.dismissal (
    workspace_id  uuid not null,
    prediction_id uuid not null,
    dismissed_by  text not null,
    dismissed_at  timestamptz not null default now(),
    reason        text,
    primary key (workspace_id, prediction_id),
    foreign key (workspace_id, prediction_id) references predict.prediction on delete cascade
);

create table predict.forecast (
    workspace_id uuid not null references app.workspace on delete cascade,
    pattern_id   uuid,
    days         date[] not null,
    yhat         double precision[] not null,
    yhat_lower   double precision[] not null,
    yhat_upper   double precision[] not null,
    computed_at  timestamptz not null,
    unique nulls not distinct (workspace_id, pattern_id)
);
comment on table predict.forecast is 'Expected events a day; the row without a pattern is the whole workspace.';

create table predict.model_weight (
    workspace_id uuid not null references app.workspace on delete cascade,
    model        text not null,
    weight       double precision not null,
    computed_at  timestamptz not null,
    primary key (workspace_id, model)
);

select app.isolate(t) from unnest(array[
    'predict.prediction', 'predict.outcome', 'predict.dismissal', 'predict.forecast', 'predict.model_weight'
]::regclass[]) as t;
revoke update, delete on predict.prediction from causeloop_pipeline;
grant insert, update on predict.outcome, predict.dismissal to causeloop_api;
