create or replace function core.is_change_kind(kind text) returns boolean
    language sql immutable parallel safe
as $$ select kind in ('change', 'normalized_change') $$;
comment on function core.is_change_kind(text) is
    'Whether raw records of a kind tell of changes, such as deploys, and not of issues.';
grant execute on function core.is_change_kind to causeloop_api, causeloop_pipeline;
