-- Every version with the product's values: by the workspace's override, else the connector's own list, else the tool's
-- map, else the general map. They are looked up in one JSON object a map: the cost does not depend on the planner's
-- statistics.
with value_maps as materialized (

    select jsonb_object_agg(source || ' ' || field || ' ' || vendor_value, value) as map
    from {{ ref('value_map') }}

),

overrides as materialized (

    select
        workspace_id,
        jsonb_object_agg(source || ' ' || field || ' ' || lower(vendor_value), value) as map
    from {{ source('core', 'value_override') }}
    where {{ is_valid_value('field', 'value') }}
    group by workspace_id

),

mapped_values as (

    select
        versions.*,
        {%- for field in ['severity', 'status'] %}
        coalesce(
            overrides.map ->> (versions.source || ' {{ field }} ' || lower(versions.{{ field }}_value)),
            versions.own_{{ field }},
            value_maps.map ->> (coalesce(versions.words_of, versions.source) || ' {{ field }} ' || lower(versions.{{ field }}_value)),
            value_maps.map ->> ('any {{ field }} ' || lower(versions.{{ field }}_value))
        ) as {{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_issues') }} as versions
    cross join value_maps
    left join overrides on overrides.workspace_id = versions.workspace_id

),

mapped as (

    select
        workspace_id,
        record_id,
        source,
        site,
        external_id,
        connector_id,
        kind = 'event' as is_partial_update,
        kind = 'absent' as is_absence,
        coalesce(identifies, 'event') as identifies,
        firing_start,
        occurrences,
        job,
        coalesce(is_success, false) as is_success,
        received_at,
        title,
        severity_value,
        coalesce(severity, 'p3') as severity,
        status_value,
        coalesce(status, 'open') as status,
        {%- call(field) for_each_editable_text() %}
        {{ field }},
        {%- endcall %}
        external_url,
        source_created_at,
        source_updated_at,
        resolved_at,
        attributes || jsonb_strip_nulls(jsonb_build_object(
            'unmapped_severity', case when severity is null then severity_value end,
            'unmapped_status', case when status is null then status_value end
        )) as attributes,
        unmappable_reason
    from mapped_values

)

select * from mapped
