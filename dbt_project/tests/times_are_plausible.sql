-- A time read in the wrong unit or zone shows as a failure of the future, of long ago, or one that ended before it began.
select i.source, count(*) as issues
from ({{ touched_records() }}) as touched
inner join {{ ref('issue') }} as i using (workspace_id, source, external_id)
where i.source_created_at > i.ingested_at + interval '2 days'
    or i.source_created_at < '1990-01-01 UTC'
    or i.resolved_at < i.source_created_at - interval '2 days'
group by i.source
