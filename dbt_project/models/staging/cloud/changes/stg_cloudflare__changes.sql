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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'cloudflare'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'cloudflare') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'cloudflare' and kind = 'change'

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{action,type}') then 'entry of the audit log'
            when mapping.has_value(payload, '{ActionType}') then 'entry of the audit log by Logpush'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'cloudflare'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'entry of the audit log' then 'config_change'
        when 'entry of the audit log by Logpush' then 'config_change'
    end as change_kind,
    case variant
        when 'entry of the audit log' then nullif(concat_ws(' · ', coalesce(mapping.text_at(payload, '{action,description}'), nullif(concat_ws(' ', mapping.text_at(payload, '{action,type}'), coalesce(mapping.text_at(payload, '{resource,type}'), mapping.text_at(payload, '{resource,product}')), mapping.text_at(payload, '{metadata,name}')), '')), coalesce(mapping.text_at(payload, '{zone,name}'), mapping.text_at(payload, '{metadata,zone_name}'))), '')
        when 'entry of the audit log by Logpush' then nullif(concat_ws(' · ', coalesce(mapping.text_at(payload, '{ActionDescription}'), nullif(concat_ws(' ', mapping.text_at(payload, '{ActionType}'), coalesce(mapping.text_at(payload, '{ResourceType}'), mapping.text_at(payload, '{ResourceProduct}'))), '')), mapping.text_at(payload, '{ZoneName}')), '')
    end as title,
    case variant
        when 'entry of the audit log' then coalesce(mapping.text_at(payload, '{zone,name}'), mapping.text_at(payload, '{metadata,zone_name}'), mapping.text_at(payload, '{resource,product}'))
        when 'entry of the audit log by Logpush' then coalesce(mapping.text_at(payload, '{ZoneName}'), mapping.text_at(payload, '{ResourceProduct}'))
    end as service,
    null::text as environment,
    null::text as external_url,
    case variant
        when 'entry of the audit log' then coalesce(mapping.instant_at(payload, '{action,time}'), mapping.instant_at(payload, '{when}'))
        when 'entry of the audit log by Logpush' then coalesce(mapping.instant_at(payload, '{ActionTimestamp}'), mapping.instant_at(payload, '{When}'), coalesce(mapping.epoch_at(payload, '{ActionTimestamp}', 1000000000), mapping.epoch_at(payload, '{When}', 1000000000)))
    end as changed_at
from variants
