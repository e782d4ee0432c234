-- A severity or status that no map contains became p3 or open: a line in `value_map`, or an override, is missing.
select i.source, field, i.attributes ->> ('unmapped_' || field) as vendor_value, count(*) as issues
from ({{ changed_records() }}) as changed
cross join lateral (
    select i.*
    from {{ ref('issue') }} as i
    where i.workspace_id = changed.workspace_id and i.source = changed.source and i.external_id = changed.external_id
        and i.site = changed.site
    offset 0
) as i
cross join unnest(array['severity', 'status']) as field
where i.attributes ? ('unmapped_' || field)
group by i.source, field, vendor_value
