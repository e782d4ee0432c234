create or replace function app.note_acceptance() returns trigger
    language plpgsql
as $$
begin
    if new.status = 'active' then
        new.accepted_at := coalesce(new.accepted_at, now());
    end if;
    return new;
end
$$;
