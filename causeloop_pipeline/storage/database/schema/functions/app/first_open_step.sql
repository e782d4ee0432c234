-- The first of some steps that is neither completed nor skipped.
create or replace function app.first_open_step(in_order text[], closed text[]) returns text
    language sql
    immutable
    return coalesce((
        select o.step
        from unnest(in_order) with ordinality as o (step, position)
        where o.step <> all (closed)
        order by o.position
        limit 1
    ), 'done');
revoke execute on function app.first_open_step from public;
grant execute on function app.first_open_step to causeloop_api, causeloop_pipeline;
