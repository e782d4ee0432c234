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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'rollbar'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'rollbar') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'rollbar' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{data,deploy,revision}') or mapping.has_value(payload, '{revision}')) then 'deploy'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'rollbar'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'deploy' then 'deploy' end as change_kind,
    case variant when 'deploy' then nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{data,deploy,environment}'), mapping.text_at(payload, '{environment}')), coalesce(mapping.text_at(payload, '{data,deploy,revision}'), mapping.text_at(payload, '{revision}')), coalesce(mapping.text_at(payload, '{data,deploy,comment}'), mapping.text_at(payload, '{comment}'))), '') end as title,
    case variant when 'deploy' then coalesce(mapping.text_at(payload, '{data,deploy,project_id}'), mapping.text_at(payload, '{project_id}')) end as service,
    case variant when 'deploy' then coalesce(mapping.text_at(payload, '{data,deploy,environment}'), mapping.text_at(payload, '{environment}')) end as environment,
    null::text as external_url,
    case variant when 'deploy' then coalesce(mapping.epoch_at(payload, '{data,deploy,finish_time}', 1), mapping.epoch_at(payload, '{data,deploy,start_time}', 1), mapping.epoch_at(payload, '{finish_time}', 1), mapping.epoch_at(payload, '{start_time}', 1)) end as changed_at
from variants
