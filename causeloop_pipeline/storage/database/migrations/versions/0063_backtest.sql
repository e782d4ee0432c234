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
    curves        jsonb not null
);
comment on table predict.backtest is
    'Accuracy of simulated predictions at past moments, computed again by each training; never mixed with issued predictions.';
comment on column predict.backtest.scores is 'Scores by window and model; window_days 0: all windows.';
comment on column predict.backtest.curves is 'Reliability curves by window, bin by bin; window_days 0: all windows.';

select app.isolate('predict.backtest');
