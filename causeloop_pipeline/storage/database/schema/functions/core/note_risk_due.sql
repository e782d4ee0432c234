create or replace function core.note_risk_due() returns trigger
    language plpgsql
as $$
begin
    new.is_risk_due := true;
    return new;
end
$$;
