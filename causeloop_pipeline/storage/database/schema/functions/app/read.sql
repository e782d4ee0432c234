-- One read of one workspace in one round trip: a transaction around a read costs more than the read.
-- The statement runs with the caller's own rights, under the policies of the workspace that is set here;
-- after the implicit transaction nothing is set. Its values travel as $1.
create or replace function app.read(workspace uuid, statement text, parameters jsonb default '{}') returns text
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
revoke execute on function app.read from public;
grant execute on function app.read to causeloop_api;
