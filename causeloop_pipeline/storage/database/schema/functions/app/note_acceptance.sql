create or replace function app.note_acceptance() returns trigger
    language plpgsql
as $$
begin
    if new.status = 'active' then
        new.accepted_at := coalesce(new.accepted_at, now());
    elsif new.status = 'suspended' and tg_op = 'UPDATE' and old.status = 'invited' then
        new.accepted_at := null;
    end if;
    return new;
end
$$;
