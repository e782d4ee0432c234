-- The one definition of the latest prediction. PostgreSQL inlines it: a lateral join reads one index entry a pattern.
create or replace function predict.latest_prediction(workspace uuid, pattern uuid, days integer)
    returns setof predict.prediction
    language sql stable parallel safe rows 1
as $$
    select p.*
    from predict.prediction as p
    where p.workspace_id = workspace and p.pattern_id = pattern and p.window_days = days
    order by p.issued_at desc
    limit 1
$$;
