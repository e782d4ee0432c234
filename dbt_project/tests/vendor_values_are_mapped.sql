-- A severity or status that no map contains became p3 or open: a line in `value_map`, or an override, is missing.
select i.source, field, i.attributes ->> ('unmapped_' || field) as vendor_value, count(*) as issues
from ({{ changed_records() }}) as changed
inner join {{ ref('issue') }} as i using (workspace_id, source, external_id)
cross join unnest(array['severity', 'status']) as field
where i.attributes ? ('unmapped_' || field)
group by i.source, field, vendor_value
