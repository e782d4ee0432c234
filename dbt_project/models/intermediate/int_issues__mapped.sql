{# Vendors' words are looked up in one object a map, which costs the same whatever the planner knows of the rows. -#}
with known as materialized (

    select jsonb_object_agg(source || ' ' || field || ' ' || vendor_value, value) as words
    from {{ ref('value_map') }}

),

own as materialized (

    select
        workspace_id,
        jsonb_object_agg(source || ' ' || field || ' ' || lower(vendor_value), value) as words
    from {{ source('core', 'value_override') }}
    where {{ is_legal('field', 'value') }}
    group by workspace_id

),

read_values as (

    select
        versions.*,
        {{ reading('severity') }} as severity,
        {{ reading('status') }} as status
    from {{ ref('int_issues__unioned') }} as versions
    cross join known
    left join own on own.workspace_id = versions.workspace_id

)

select
    workspace_id,
    core.issue_id(workspace_id, source, external_id) as issue_id,
    record_id,
    source,
    external_id,
    connector_id,
    kind = 'event' as is_notice,
    received_at,
    left(title, 300) as title,
    body,
    severity_value,
    coalesce(severity, 'p3') as severity,
    status_value,
    coalesce(status, 'open') as status,
    service,
    error_type,
    team,
    environment,
    external_url,
    source_created_at,
    source_updated_at,
    resolved_at,
    attributes || jsonb_strip_nulls(jsonb_build_object(
        'unmapped_severity', case when severity is null then severity_value end,
        'unmapped_status', case when status is null then status_value end
    )) as attributes,
    case when title is null then 'no title where a ' || source || ' ' || kind || ' has one' end as unmappable_because
from read_values
