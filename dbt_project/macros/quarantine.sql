{# A record that is no issue is set aside with the reason, and everybody else's go on. #}
{% macro quarantine_unmappable() %}
insert into raw.quarantine (
    workspace_id, source, connector_id, external_id, door, reason, payload, payload_hash, received_at
)
select
    r.workspace_id, r.source, r.connector_id, r.external_id, r.door, m.unmappable_because,
    convert_to(r.payload::text, 'UTF8'), r.payload_hash, r.received_at
from {{ ref('int_issues__mapped') }} as m
inner join {{ source('raw', 'record') }} as r
    on r.workspace_id = m.workspace_id and r.record_id = m.record_id
{%- if not var('rebuild') %}
inner join {{ source('raw', 'arrival') }} as a
    on a.workspace_id = m.workspace_id and a.record_id = m.record_id and a.run_id = {{ this_run() }}
{%- endif %}
where m.unmappable_because is not null and m.source in ({{ sources_read() }})
on conflict (workspace_id, source, payload_hash, reason) do nothing
{% endmacro %}


{# What a better mapping understands now leaves the quarantine. #}
{% macro accept_again() %}
{% if var('rebuild') %}
update raw.quarantine as q
set replayed_at = now()
from {{ ref('int_issues__mapped') }} as m
inner join {{ source('raw', 'record') }} as r
    on r.workspace_id = m.workspace_id and r.record_id = m.record_id
where q.workspace_id = r.workspace_id
    and q.source = r.source
    and q.external_id = r.external_id
    and q.payload_hash = r.payload_hash
    and q.replayed_at is null
    and m.unmappable_because is null
    and m.source in ({{ sources_read() }})
{% endif %}
{% endmacro %}


{# After a rebuild there is no issue that no record gives. #}
{% macro remove_underived() %}
{% if var('rebuild') %}
delete from {{ this }} as i
where i.source in ({{ sources_read() }})
    and not exists (
        select from {{ ref('int_issues__mapped') }} as m
        where m.workspace_id = i.workspace_id and m.issue_id = i.issue_id and m.unmappable_because is null
    )
{% endif %}
{% endmacro %}
