{# Puts records that cannot be mapped to an issue, or a change, into quarantine, with the reason; all others go on. #}
{% macro quarantine_unmappable(versions) %}
insert into {{ source('raw', 'quarantine') }} (
    workspace_id, source, site, connector_id, external_id, channel, reason, payload, payload_hash, received_at
)
select distinct on (r.workspace_id, r.source, r.site, r.external_id, r.payload_hash, m.unmappable_reason)
    r.workspace_id, r.source, r.site, r.connector_id, r.external_id, r.channel, m.unmappable_reason,
    convert_to(r.payload::text, 'UTF8'), r.payload_hash, r.received_at
from {{ versions }} as m
cross join lateral (
    select r.*
    from {{ source('raw', 'record') }} as r
    where r.workspace_id = m.workspace_id and r.record_id = m.record_id
    offset 0
) as r
where m.unmappable_reason is not null
on conflict (workspace_id, source, external_id, site, payload_hash, reason) do update set replayed_at = null
{% endmacro %}


{# Releases the records that can be mapped now from quarantine: mappings change. #}
{% macro release_from_quarantine(versions) %}
update {{ source('raw', 'quarantine') }} as q
set replayed_at = now()
from (
    select q.workspace_id, q.quarantine_id
    from {{ versions }} as m
    cross join lateral (
        select r.payload_hash
        from {{ source('raw', 'record') }} as r
        where r.workspace_id = m.workspace_id and r.record_id = m.record_id
        offset 0
    ) as r
    cross join lateral (
        select q.workspace_id, q.quarantine_id
        from {{ source('raw', 'quarantine') }} as q
        where q.workspace_id = m.workspace_id
            and q.source = m.source
            and q.external_id = m.external_id
            and q.site = m.site
            and q.payload_hash = r.payload_hash
            and q.replayed_at is null
        offset 0
    ) as q
    where m.unmappable_reason is null
) as released
where q.workspace_id = released.workspace_id and q.quarantine_id = released.quarantine_id
{% endmacro %}


{# Says of the versions of the run why they tell of no failure, and of those that do so now no longer. #}
{% macro note_no_failures(versions) %}
update {{ source('raw', 'mapped_record') }} as m
set no_failure = v.no_failure
from {{ versions }} as v
where m.workspace_id = v.workspace_id
    and m.record_id = v.record_id
    and m.no_failure is distinct from v.no_failure
{% endmacro %}


{# Deletes the issues, or changes, that no record gives now: in a rebuild all of them, else those of the records of the
   run whose versions can no longer be mapped, any of them. #}
{% macro delete_orphans(changes) %}
delete from {{ this }} as t
{%- if var('rebuild') %}
where not exists (
    select from {{ source('raw', 'record') }} as r
    where r.workspace_id = t.workspace_id
        and r.source = t.source
        and r.external_id = t.external_id
        and r.site = t.site
        and core.is_change_kind(r.kind) = {{ changes }}
        and not exists (
            select from {{ source('raw', 'mapped_record') }} as m
            where m.workspace_id = r.workspace_id and m.record_id = r.record_id and m.no_failure is not null
        )
        and not exists (
            select from {{ source('raw', 'quarantine') }} as q
            where q.workspace_id = r.workspace_id
                and q.source = r.source
                and q.payload_hash = r.payload_hash
                and q.external_id = r.external_id
                and q.site = r.site
                and q.replayed_at is null
        )
)
{%- else %}
using (
    select m.workspace_id, m.source, m.site, m.external_id
    from ({{ changed_records() }}) as changed
    cross join lateral (
        select m.*
        from {{ source('raw', 'mapped_record') }} as m
        where m.workspace_id = changed.workspace_id
            and m.source = changed.source
            and m.external_id = changed.external_id
            and m.site = changed.site
        offset 0
    ) as m
    where m.is_change = {{ changes }}
    group by 1, 2, 3, 4
    having bool_and(m.unmappable_reason is not null or m.no_failure is not null)
) as unmappable
where t.workspace_id = unmappable.workspace_id
    and t.source = unmappable.source
    and t.external_id = unmappable.external_id
    and t.site = unmappable.site
{%- endif %}
{% endmacro %}
