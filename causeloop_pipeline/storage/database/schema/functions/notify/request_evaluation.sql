create or replace function notify.request_evaluation() returns trigger
    language plpgsql
as $$
begin
    new.evaluated_at := null;
    return new;
end
$$;
