{# A record that is no issue is set aside with the reason, and everybody else's go on. #}
{% macro quarantine_unmappable() %}
insert into {{ source('raw', 'quarantine') }} (
    workspace_id, source, connector_id, external_id, door, reason, payload, payload_hash, received_at
)
select
    r.workspace_id, r.source, r.connector_id, r.external_id, r.door, m.unmappable_because,
    convert_to(r.payload::text, 'UTF8'), r.payload_hash, r.received_at
from {{ ref('int_issues__mapped') }} as m
inner join {{ source('raw', 'record') }} as r on r.workspace_id = m.workspace_id and r.record_id = m.record_id
where m.unmappable_because is not null and {{ is_read('m.source') }}
on conflict (workspace_id, source, payload_hash, reason) do nothing
{% endmacro %}


{# What a better mapping understands now leaves the quarantine. #}
{% macro accept_again() %}
{% if var('rebuild') %}
with unmappable as materialized (
    select record_id from {{ ref('int_issues__mapped') }} where unmappable_because is not null
)
update {{ source('raw', 'quarantine') }} as q
set replayed_at = now()
from {{ source('raw', 'record') }} as r
where r.workspace_id = q.workspace_id
    and r.source = q.source
    and r.external_id = q.external_id
    and r.payload_hash = q.payload_hash
    and q.replayed_at is null
    and not exists (select from unmappable as u where u.record_id = r.record_id)
{% endif %}
{% endmacro %}


{# After a rebuild there is no row that no record of its kind gives: issues, or changes. #}
{% macro remove_underived(changes) %}
{% if var('rebuild') %}
delete from {{ this }} as i
where not exists (
    select from {{ source('raw', 'record') }} as r
    where r.workspace_id = i.workspace_id
        and r.source = i.source
        and r.external_id = i.external_id
        and (r.kind in ('change', 'normalized_change')) = {{ changes }}
        and not exists (
            select from {{ source('raw', 'quarantine') }} as q
            where q.workspace_id = r.workspace_id
                and q.source = r.source
                and q.payload_hash = r.payload_hash
                and q.external_id = r.external_id
                and q.replayed_at is null
        )
)
{% endif %}
{% endmacro %}
