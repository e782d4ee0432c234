-- Every record that a run claimed is an issue, a change, no failure, or in quarantine; the source names the connector at fault.
-- One index lookup a record: a join would depend on the planner's statistics of a table that has just grown.
with claimed as (

    select
        r.workspace_id, r.record_id, r.source, r.site, r.external_id, r.payload_hash,
        core.is_change_kind(r.kind) as is_change
    from {{ source('raw', 'pending_record') }} as p
    cross join lateral (
        select r.*
        from {{ source('raw', 'record') }} as r
        where r.workspace_id = p.workspace_id and r.record_id = p.record_id
        offset 0
    ) as r
    where p.run_id = {{ current_run_id() }}

)

select workspace_id, source, count(*) as records
from claimed
where (
        select count(*) from {{ ref('issue') }} as i
        where i.workspace_id = claimed.workspace_id
            and i.source = claimed.source
            and i.external_id = claimed.external_id
            and i.site = claimed.site
            and not claimed.is_change
    ) = 0
    and (
        select count(*) from {{ ref('change') }} as c
        where c.workspace_id = claimed.workspace_id
            and c.source = claimed.source
            and c.external_id = claimed.external_id
            and c.site = claimed.site
            and claimed.is_change
    ) = 0
    and (
        select count(*) from {{ source('raw', 'quarantine') }} as q
        where q.workspace_id = claimed.workspace_id
            and q.source = claimed.source
            and q.external_id = claimed.external_id
            and q.site = claimed.site
            and q.payload_hash = claimed.payload_hash
    ) = 0
    and (
        select count(*) from {{ source('raw', 'mapped_record') }} as m
        where m.workspace_id = claimed.workspace_id
            and m.record_id = claimed.record_id
            and m.no_failure is not null
    ) = 0
group by workspace_id, source
