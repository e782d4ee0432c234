create table predict.learned_model (
    workspace_id uuid primary key references app.workspace on delete cascade,
    form         text not null,
    model        json not null,
    learned_at   timestamptz not null,
    event_count  bigint not null
);
comment on table predict.learned_model is 'Fitted members, weights and calibration; form names the code that can read it.';

select app.isolate('predict.learned_model');

-- The unique key of the same columns, read backwards, finds the newest prediction as well.
drop index predict.predictions_of_pattern;
