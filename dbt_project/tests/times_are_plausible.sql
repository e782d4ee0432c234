-- A time in the wrong unit or zone shows as an issue in the future, long ago, or resolved before it began.
select i.source, count(*) as issues
from ({{ changed_records() }}) as changed
cross join lateral (
    select i.*
    from {{ ref('issue') }} as i
    where i.workspace_id = changed.workspace_id and i.source = changed.source and i.external_id = changed.external_id
        and i.site = changed.site
    offset 0
) as i
where i.source_created_at > i.ingested_at + interval '2 days'
    or i.source_created_at < '1990-01-01 UTC'
    or i.resolved_at < i.source_created_at - interval '2 days'
group by i.source
