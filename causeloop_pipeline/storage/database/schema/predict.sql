-- Predictions and what came of them.

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
    rhythm              jsonb,
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
comment on table predict.prediction is 'What was predicted, when, by which model: never rewritten.';
comment on column predict.prediction.reason is 'Why there is no probability; null: there is one.';
comment on column predict.prediction.evidence is 'What the probability rests on.';
comment on column predict.prediction.likely_where is 'Where it is likely to recur, as shares.';
comment on column predict.prediction.likely_when is
    'At which times of the week it is likely to recur, as shares.';
comment on column predict.prediction.event_count is 'How many times the pattern had occurred.';
comment on column predict.prediction.model_probabilities is 'What each model says by itself.';
comment on column predict.prediction.model_version is 'The version of the models.';
comment on column predict.prediction.rhythm is
    'The turns that the pattern keeps, in words and numbers; null where no rhythm is proven.';
create index predictions_closing on predict.prediction (workspace_id, closes_at);
create trigger add_current after insert on predict.prediction
    referencing new table as issued for each statement execute function predict.add_current();
create trigger find_current_again after delete on predict.prediction
    referencing old table as changed for each statement execute function predict.find_current_again();
select app.isolate('predict.prediction');
-- A prediction is never rewritten. It may be deleted, once its window has been closed for as long as the workspace
-- keeps predictions; the database itself refuses any earlier.
create policy "a prediction is deleted only after its retention" on predict.prediction
    as restrictive for delete to causeloop_pipeline
    using (
        closes_at < now() - make_interval(days => (
            select s.predictions_days from app.workspace_settings as s where s.workspace_id = prediction.workspace_id
        ))
    );
revoke update on predict.prediction from causeloop_pipeline;

-- The latest prediction of each present pattern and window, in the order of a list. Found among all that were ever
-- made, a page of them cost a look at each pattern.
create table predict.current_prediction (
    workspace_id  uuid not null references app.workspace on delete cascade,
    pattern_id    uuid not null,
    window_days   integer not null,
    prediction_id uuid not null,
    issued_at     timestamptz not null,
    probability   double precision,
    impact        text not null,
    -- Every run checks by its latest prediction whether a pattern is due for a new one.
    event_count   bigint,
    primary key (workspace_id, pattern_id, window_days)
);
comment on table predict.current_prediction is
    'The latest prediction of each present pattern and window; triggers keep it as the predictions are.';
create index current_predictions_by_probability
    on predict.current_prediction (workspace_id, probability desc nulls last, prediction_id desc);
select app.isolate('predict.current_prediction');

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
comment on table predict.outcome is
    'What came of a prediction; decided_by is system or a user, whose decision is kept beside it and counts.';
comment on column predict.outcome.decided_by is 'system, or a user, whose decision counts.';
comment on column predict.outcome.counterfactual_rate is
    'Expected active days per day without the fix; null: no fix was claimed.';
comment on column predict.outcome.reason is 'Why it is this outcome.';
-- Notifications tell what was graded lately, however many predictions were graded before.
create index outcomes_by_time on predict.outcome (workspace_id, decided_at) where decided_by = 'system';
create trigger count_recorded_outcomes after insert on predict.outcome
    referencing new table as recorded for each statement execute function predict.count_outcomes();
create trigger count_changed_outcomes after update on predict.outcome
    referencing old table as replaced new table as recorded
    for each statement execute function predict.count_outcomes();
create trigger count_withdrawn_outcomes after delete on predict.outcome
    referencing old table as recorded for each statement execute function predict.count_outcomes();
select app.isolate('predict.outcome');
grant insert, update, delete on predict.outcome to causeloop_api;

create table predict.outcome_count (
    workspace_id uuid not null references app.workspace on delete cascade,
    window_days  integer not null,
    closed_on    date not null,
    hits         bigint not null,
    misses       bigint not null,
    prevented    bigint not null,
    primary key (workspace_id, window_days, closed_on)
);
comment on table predict.outcome_count is
    'How predictions ended whose window closed on a day (UTC), by the outcome that counts; triggers keep it as the outcomes are.';
select app.isolate('predict.outcome_count');
grant insert, update on predict.outcome_count to causeloop_api;

create table predict.dismissal (
    workspace_id  uuid not null,
    prediction_id uuid not null,
    dismissed_by  text not null,
    dismissed_at  timestamptz not null default now(),
    reason        text,
    primary key (workspace_id, prediction_id),
    foreign key (workspace_id, prediction_id) references predict.prediction on delete cascade
);
select app.isolate('predict.dismissal');
grant insert, update, delete on predict.dismissal to causeloop_api;

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
comment on table predict.forecast is
    'Expected events a day; the row without a pattern is the whole workspace.';
select app.isolate('predict.forecast');

create table predict.model_weight (
    workspace_id uuid not null references app.workspace on delete cascade,
    model        text not null,
    weight       double precision not null,
    computed_at  timestamptz not null,
    window_days  integer not null,
    primary key (workspace_id, window_days, model)
);
select app.isolate('predict.model_weight');

create table predict.trained_model (
    workspace_id uuid primary key references app.workspace on delete cascade,
    format       text not null,
    model        json not null,
    trained_at   timestamptz not null,
    event_count  bigint not null
);
comment on table predict.trained_model is
    'Base models, ensemble weights and calibration of a workspace; format names the code that can read it.';
select app.isolate('predict.trained_model');

create table predict.backtest (
    workspace_id  uuid primary key references app.workspace on delete cascade,
    computed_at   timestamptz not null,
    model_version text not null,
    first_origin  timestamptz not null,
    last_origin   timestamptz not null,
    patterns      bigint not null,
    predictions   bigint not null,
    hits          bigint not null,
    scores        jsonb not null,
    curves        jsonb not null,
    headline_window integer
);
comment on table predict.backtest is
    'Accuracy of simulated predictions at past moments, computed again by each training; never mixed with issued predictions.';
comment on column predict.backtest.scores is 'Scores by window and model; window_days 0: all windows.';
comment on column predict.backtest.headline_window is
    'Days of the window that is shown first and ranked by: the shortest of those that were foretold best.';
comment on column predict.backtest.curves is
    'Reliability curves by window, bin by bin; window_days 0: all windows.';
select app.isolate('predict.backtest');
