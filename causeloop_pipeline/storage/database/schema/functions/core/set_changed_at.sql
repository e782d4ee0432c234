create or replace function core.set_changed_at() returns trigger
    language plpgsql
as $$
begin
    new.changed_at := clock_timestamp();
    new.is_ungrouped := true;
    return new;
end
$$;
