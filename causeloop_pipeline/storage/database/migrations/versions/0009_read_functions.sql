-- One read of one workspace in one round trip: a transaction around a read costs more than the read.
-- The statement runs with the caller's own rights, under the policies of the workspace that is set here;
-- after the implicit transaction nothing is set. Its values travel as $1.
create function app.read(workspace uuid, statement text, parameters jsonb default '{}') returns text
    language plpgsql
as $$
declare
    answer text;
begin
    perform set_config('causeloop.workspace', workspace::text, true);
    execute statement into answer using parameters;
    return answer;
end
$$;

-- How many rows a statement has: counted up to `exact`, then as the planner estimates.
create function app.count_rows(statement text, parameters jsonb, exact integer default 10000) returns bigint
    language plpgsql
as $$
declare
    counted bigint;
    plan json;
begin
    execute format('select count(*) from (%s limit %s) as rows', statement, exact + 1) into counted using parameters;
    if counted <= exact then
        return counted;
    end if;
    execute 'explain (format json) ' || statement into plan using parameters;
    return greatest(counted, (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric::bigint);
end
$$;

-- A page of a list. `page_statement` gives (data, rows_found, last); `rows_statement` is counted when it is given.
create function app.read_page(workspace uuid, page_statement text, rows_statement text, parameters jsonb)
    returns table (data text, rows_found bigint, last text, total bigint)
    language plpgsql
as $$
begin
    perform set_config('causeloop.workspace', workspace::text, true);
    execute page_statement into data, rows_found, last using parameters;
    if rows_statement is not null then
        total := app.count_rows(rows_statement, parameters);
    end if;
    return next;
end
$$;

-- Takes one token from a workspace's bucket. Losing the last moments in a crash is harmless, so nobody waits for the disk.
create function app.take_token(workspace uuid, per_second double precision, burst double precision)
    returns table (allowed boolean, remaining double precision)
    language plpgsql
as $$
declare
    moment timestamptz := clock_timestamp();
begin
    perform set_config('causeloop.workspace', workspace::text, true), set_config('synchronous_commit', 'off', true);
    insert into app.rate_limit_bucket as b (workspace_id, tokens, refilled_at)
    values (workspace, burst - 1, moment)
    on conflict (workspace_id) do update
        set tokens = least(burst, b.tokens + greatest(extract(epoch from moment - b.refilled_at), 0) * per_second) - 1,
            refilled_at = greatest(moment, b.refilled_at)
        where least(burst, b.tokens + greatest(extract(epoch from moment - b.refilled_at), 0) * per_second) >= 1
    returning b.tokens into remaining;
    allowed := found;
    if not allowed then
        select least(burst, b.tokens + greatest(extract(epoch from moment - b.refilled_at), 0) * per_second)
        into remaining
        from app.rate_limit_bucket as b
        where b.workspace_id = workspace;
    end if;
    return next;
end
$$;

revoke execute on function app.read, app.count_rows, app.read_page, app.take_token from public;
grant execute on function app.read, app.count_rows, app.read_page, app.take_token to causeloop_api;

-- Seats are counted where they are bounded: the check and the row's lock decide a race for the last one.
alter table app.organization add column seats_taken integer not null default 0;
update app.organization as o
set seats_taken = (
    select count(*)
    from app.membership as m join app.workspace as w using (workspace_id)
    where w.organization_id = o.organization_id and m.status = 'active'
);
alter table app.organization add constraint seats_exhausted check (seats_taken <= seats_total) not valid;
grant update (seats_taken) on app.organization to causeloop_api;

create function app.count_seat() returns trigger
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
create trigger count_seat after insert or update of status or delete on app.membership
    for each row execute function app.count_seat();

-- A session that began with a password ends when single sign-on is enforced.
alter table app.refresh_token add column method text not null default 'oidc' check (method in ('oidc', 'password'));

create table app.login_failure (
    subject_hash bytea primary key,
    failures     integer not null,
    last_at      timestamptz not null
);
comment on table app.login_failure is 'Wrong passwords by address and account, hashed: neither is readable here.';
grant select, insert, update, delete on app.login_failure to causeloop_api;

-- Readiness compares the schema with what the code knows.
grant select on app.alembic_version to causeloop_api;
