-- Generated from connectors/tools by `causeloop connectors generate`.
with records as (

    select r.*
    from (
        select distinct p.workspace_id, p.source, r.external_id
        from {{ source('raw', 'pending_record') }} as p
        cross join lateral (
            select r.external_id
            from {{ source('raw', 'record') }} as r
            where r.workspace_id = p.workspace_id and r.record_id = p.record_id
            offset 0
        ) as r
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'dbt_core'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'dbt_core') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'dbt_core' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{unique_id}') and mapping.has_value(payload, '{status}')) then 'node'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'dbt_core'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'node' then (mapping.text_at(payload, '{unique_id}') || ': ' || mapping.text_at(payload, '{status}')) end as title,
    case variant when 'node' then mapping.text_at(payload, '{message}') end as body,
    case variant when 'node' then mapping.text_at(payload, '{status}') end as severity_value,
    case variant when 'node' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'node' then coalesce(nullif(substring(mapping.text_at(payload, '{unique_id}') from '^[a-z_]+\.([^.]+)'), ''), mapping.text_at(payload, '{unique_id}')) end as service,
    case variant when 'node' then nullif(substring(mapping.text_at(payload, '{unique_id}') from '^([a-z_]+)\.'), '') end as error_type,
    null::text as team,
    case variant when 'node' then mapping.text_at(payload, '{target}') end as environment,
    null::text as external_url,
    case variant when 'node' then coalesce(mapping.instant_at(payload, '{timing,0,started_at}'), mapping.instant_at(payload, '{generated_at}')) end as source_created_at,
    case variant when 'node' then coalesce(mapping.instant_at(payload, '{timing,-1,completed_at}'), mapping.instant_at(payload, '{generated_at}')) end as resolved_at,
    case variant
        when 'node' then jsonb_strip_nulls(jsonb_build_object('node', payload #> '{unique_id}', 'failures', payload #> '{failures}', 'invocation', payload #> '{invocation_id}', 'dbt_version', payload #> '{dbt_version}', 'adapter', payload #> '{adapter_response,code}'))
        else '{}'::jsonb
    end as attributes
from variants
