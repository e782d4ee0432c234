-- A rule that was made or changed, or whose snooze has ended, is evaluated now and not with the next computation.
alter table notify.alert_rule add column evaluated_at timestamptz;
comment on column notify.alert_rule.evaluated_at is 'As of when it was last evaluated as it stands; null: not since it was made or changed.';

create function notify.to_be_evaluated() returns trigger
    language plpgsql
as $$
begin
    new.evaluated_at := null;
    return new;
end
$$;

create trigger to_be_evaluated before update on notify.alert_rule for each row
    when (
        (old.scope, old.probability_threshold, old.window_days, old.enabled, old.snoozed_until)
        is distinct from
        (new.scope, new.probability_threshold, new.window_days, new.enabled, new.snoozed_until)
    )
    execute function notify.to_be_evaluated();

-- A prediction is never rewritten. It may be forgotten, once its window has been closed for as long as the workspace
-- keeps predictions; the database itself refuses any earlier.
grant delete on predict.prediction to causeloop_pipeline;
create policy "a prediction is forgotten only after its retention" on predict.prediction
    as restrictive for delete to causeloop_pipeline
    using (
        closes_at < now() - make_interval(days => (
            select s.predictions_days from app.workspace_settings as s where s.workspace_id = prediction.workspace_id
        ))
    );

-- A search reads this index where the server's administrator has declared its operator leakproof (storage/roles.py);
-- elsewhere row level security keeps the policy first, and a search compares the words of the workspace's own issues.
create index issues_by_words on core.issue using gin (words);

-- A ticket that is done may be opened again: it is looked at for a while longer, counted from when it was done.
alter table act.ticket add column done_at timestamptz;
