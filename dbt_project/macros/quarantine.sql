{# Puts records that cannot be mapped to an issue, or a change, into quarantine, with the reason; all others go on. #}
{% macro quarantine_unmappable(changes=false) %}
insert into {{ source('raw', 'quarantine') }} (
    workspace_id, source, connector_id, external_id, channel, reason, payload, payload_hash, received_at
)
select distinct on (r.workspace_id, r.source, r.external_id, r.payload_hash, m.unmappable_reason)
    r.workspace_id, r.source, r.connector_id, r.external_id, r.channel, m.unmappable_reason,
    convert_to(r.payload::text, 'UTF8'), r.payload_hash, r.received_at
from ({{ unmappable_versions(changes) }}) as m
cross join lateral (
    select r.*
    from {{ source('raw', 'record') }} as r
    where r.workspace_id = m.workspace_id and r.record_id = m.record_id
    offset 0
) as r
where m.unmappable_reason is not null and {{ source_selected('m.source') }}
on conflict (workspace_id, source, external_id, payload_hash, reason) do update set replayed_at = null
{% endmacro %}


{# The versions that a run looks at, each with the reason why it cannot be mapped, if there is one. #}
{% macro unmappable_versions(changes) -%}
select workspace_id, record_id, source, {{ unmappable_reason(changes) }} as unmappable_reason
from ({{ union_versions(selected_types(types_with_changes() if changes else types_with_issues()), 'changes' if changes else 'issues') }}) as versions
where {{ unmappable_reason(changes) }} is not null
{%- endmacro %}


{# In a rebuild, releases the records that can be mapped now from quarantine. #}
{% macro release_from_quarantine(changes=false) %}
{% if var('rebuild') %}
with unmappable as materialized (
    {{ unmappable_versions(changes) }}
)
update {{ source('raw', 'quarantine') }} as q
set replayed_at = now()
from {{ source('raw', 'record') }} as r
where r.workspace_id = q.workspace_id
    and r.source = q.source
    and r.external_id = q.external_id
    and r.payload_hash = q.payload_hash
    and (r.kind in ('change', 'normalized_change')) = {{ changes }}
    and q.replayed_at is null
    and not exists (select from unmappable as u where u.record_id = r.record_id)
{% endif %}
{% endmacro %}


{# In a rebuild, deletes the issues, or changes, that no record gives any more. #}
{% macro delete_orphans(changes) %}
{% if var('rebuild') %}
delete from {{ this }} as t
where not exists (
    select from {{ source('raw', 'record') }} as r
    where r.workspace_id = t.workspace_id
        and r.source = t.source
        and r.external_id = t.external_id
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
