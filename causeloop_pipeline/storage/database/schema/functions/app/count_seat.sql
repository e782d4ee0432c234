create or replace function app.count_seat() returns trigger
    language plpgsql
as $$
declare
    taken integer := (case when tg_op <> 'DELETE' and new.status = 'active' then 1 else 0 end)
                   - (case when tg_op <> 'INSERT' and old.status = 'active' then 1 else 0 end);
    workspace uuid := coalesce(new.workspace_id, old.workspace_id);
begin
    if taken <> 0 then
        update app.organization as o
        set seats_taken = seats_taken + taken
        from app.workspace as w
        where w.workspace_id = workspace and o.organization_id = w.organization_id;
    end if;
    return null;
end
$$;
