-- The one definition of an issue's id, for dbt, the API and the demo alike.
create or replace function core.issue_id(workspace_id uuid, source text, external_id text) returns uuid
    language sql immutable parallel safe
    return md5(workspace_id::text || chr(31) || source || chr(31) || external_id)::uuid;
