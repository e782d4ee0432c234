-- A change and an issue of one source may bear the same external id: their ids differ nevertheless.
create or replace function core.change_id(workspace_id uuid, source text, external_id text, site text default '')
    returns uuid
    language sql immutable parallel safe
    return md5(
        'change' || chr(31) || case when site = '' then '' else 'site' || chr(31) || site || chr(31) end
        || workspace_id::text || chr(31) || source || chr(31) || external_id
    )::uuid;
