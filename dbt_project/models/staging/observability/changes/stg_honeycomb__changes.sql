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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'honeycomb'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'honeycomb') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'honeycomb' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{message}') or (mapping.has_value(payload, '{type}') and (mapping.has_value(payload, '{start_time}') or mapping.has_value(payload, '{color}')))) then 'marker'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'honeycomb'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'marker' then case when coalesce(mapping.text_at(payload, '{type}') ~* 'deploy|rollout', false) then 'deploy' else case when coalesce(mapping.text_at(payload, '{type}') ~* 'release', false) then 'release' else case when coalesce(mapping.text_at(payload, '{type}') ~* 'flag', false) then 'feature_flag' else case when coalesce(mapping.text_at(payload, '{type}') ~* 'config', false) then 'config_change' else null::text end end end end end as change_kind,
    case variant when 'marker' then coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{type}')) end as title,
    case variant when 'marker' then mapping.text_at(payload, '{dataset_slug}') end as service,
    null::text as environment,
    case variant when 'marker' then mapping.text_at(payload, '{url}') end as external_url,
    case variant when 'marker' then coalesce(mapping.epoch_at(payload, '{start_time}', 1), mapping.instant_at(payload, '{created_at}')) end as changed_at
from variants
