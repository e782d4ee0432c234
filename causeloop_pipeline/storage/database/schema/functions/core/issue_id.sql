-- The one definition of an issue's id, for dbt, the API and the demo alike. An issue of no site that never fires again has the
-- id that it had before there were sites and firings.
create or replace function core.issue_id(
    workspace_id uuid, source text, external_id text, site text default '', fired_at timestamptz default null
) returns uuid
    language sql immutable parallel safe
    return md5(
        case
            when site = '' and fired_at is null then ''
            else 'site' || chr(31) || site || chr(31) || coalesce(extract(epoch from fired_at)::text, '') || chr(31)
        end
        || workspace_id::text || chr(31) || source || chr(31) || external_id
    )::uuid;
