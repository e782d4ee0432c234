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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'clickhouse'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'clickhouse') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'clickhouse' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{exception}') and mapping.has_value(payload, '{query_id}')) then 'failed query'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'clickhouse'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'failed query' then coalesce(nullif(substring(mapping.text_at(payload, '{exception}') from 'DB::Exception: ([^\n]+)'), ''), mapping.text_at(payload, '{exception}')) end as title,
    case variant when 'failed query' then mapping.text_at(payload, '{query}') end as body,
    null::text as severity_value,
    case variant when 'failed query' then mapping.text_at(payload, '{type}') end as status_value,
    case variant when 'failed query' then coalesce(mapping.text_at(payload, '{current_database}'), mapping.text_at(payload, '{databases,0}')) end as service,
    case variant when 'failed query' then coalesce(nullif(substring(mapping.text_at(payload, '{exception}') from '\(([A-Z][A-Z0-9_]+)\)'), ''), mapping.text_at(payload, '{exception_code}')) end as error_type,
    case variant when 'failed query' then mapping.text_at(payload, '{user}') end as team,
    case variant when 'failed query' then mapping.text_at(payload, '{host}') end as environment,
    null::text as external_url,
    case variant when 'failed query' then coalesce(mapping.epoch_at(payload, '{event_ms}', 1000), mapping.instant_at(payload, '{event_time_microseconds}'), mapping.instant_at(payload, '{event_time}')) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'failed query' then jsonb_strip_nulls(jsonb_build_object('exception_code', payload #> '{exception_code}'))
        else '{}'::jsonb
    end as attributes
from variants
