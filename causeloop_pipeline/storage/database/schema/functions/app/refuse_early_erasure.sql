-- Whoever has the API's role can ask for an erasure, as its owners do, but for none before anybody can take it back.
create or replace function app.refuse_early_erasure() returns trigger
    language plpgsql
as $$
begin
    if current_user = 'causeloop_api' and new.erase_after is distinct from old.erase_after
        and new.erase_after < now() + interval '7 days' then
        raise insufficient_privilege using message = 'a workspace is erased seven days after the request at the earliest';
    end if;
    return new;
end
$$;
