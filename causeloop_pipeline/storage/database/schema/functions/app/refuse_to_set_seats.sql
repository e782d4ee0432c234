-- An organization's own name may be changed; seats, plan and status follow from elsewhere.
create or replace function app.refuse_to_set_seats() returns trigger
    language plpgsql
as $$
begin
    if current_user = 'causeloop_api' and pg_trigger_depth() < 2 and new.seats_taken <> old.seats_taken then
        raise insufficient_privilege using message = 'seats_taken changes only with memberships';
    end if;
    return new;
end
$$;
