-- Whatever a run claimed is an issue, a change, or is set aside with its reason; the source tells which connector is to blame.
-- One index look-up an arrival: a join would hang on what the planner believes of a table that has just grown.
with arrived as (

    select r.workspace_id, r.source, r.external_id, r.payload_hash, r.kind in ('change', 'normalized_change') as is_change
    from {{ source('raw', 'arrival') }} as a
    inner join {{ source('raw', 'record') }} as r on r.workspace_id = a.workspace_id and r.record_id = a.record_id
    where a.run_id = {{ this_run() }}

)

select workspace_id, source, count(*) as records
from arrived
where (
        select count(*) from {{ ref('issue') }} as i
        where i.workspace_id = arrived.workspace_id
            and i.source = arrived.source
            and i.external_id = arrived.external_id
            and not arrived.is_change
    ) = 0
    and (
        select count(*) from {{ ref('change') }} as c
        where c.workspace_id = arrived.workspace_id
            and c.source = arrived.source
            and c.external_id = arrived.external_id
            and arrived.is_change
    ) = 0
    and (
        select count(*) from {{ source('raw', 'quarantine') }} as q
        where q.workspace_id = arrived.workspace_id
            and q.source = arrived.source
            and q.payload_hash = arrived.payload_hash
    ) = 0
group by workspace_id, source
