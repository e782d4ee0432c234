create or replace function core.named_issues(workspace uuid, names text[])
    returns table (name text, issue_id uuid, pattern_id uuid, is_closed boolean, resolved_at timestamptz)
    language sql stable
as $$
with spelled as (
    select
        i.issue_id, i.pattern_id, i.status in ('resolved', 'closed') as is_closed, i.resolved_at,
        array_remove(
            string_to_array(rtrim(coalesce(i.external_url, ''), '/'), '/') || array[
                i.external_id, i.attributes ->> 'key', rtrim(split_part(i.external_url, '?', 1), '/'),
                -- As people write it: acme/shop#12.
                (select m[1] || '#' || m[2] from regexp_match(
                    i.external_url, '^https?://[^/]+/(.+?)(?:/-)?/(?:issues|pull|merge_requests)/(\d+)'
                ) as m)
            ],
            null
        ) as spellings
    from core.issue as i
    where i.workspace_id = $1
)
select n.name, s.issue_id, s.pattern_id, s.is_closed, s.resolved_at
from spelled as s
cross join lateral (select unnest($2) intersect select unnest(s.spellings)) as n (name)
where s.spellings && $2
$$;
comment on function core.named_issues(uuid, text[]) is
    'The issues that names lead to: addresses, keys such as OPS-11 or acme/shop#12, or ids of their tools.';
grant execute on function core.named_issues to causeloop_api, causeloop_pipeline;
