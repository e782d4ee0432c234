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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'new_relic'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'new_relic') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'new_relic' and kind = 'change'

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{deploymentId}') or mapping.has_value(payload, '{changeTrackingId}')) and mapping.has_value(payload, '{timestamp}')) then 'tracked change'
            when (mapping.has_value(payload, '{revision}') or mapping.has_value(payload, '{deployment_url}') or coalesce(lower(mapping.text_at(payload, '{category}')) in ('deployment'), false)) then 'deployment'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'new_relic'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'tracked change' then case when coalesce(coalesce(mapping.text_at(payload, '{category}'), mapping.text_at(payload, '{categoryAndTypeData,kind,category}')) ~* '^feature[ _]?flag$', false) then 'feature_flag' else case when coalesce(coalesce(mapping.text_at(payload, '{category}'), mapping.text_at(payload, '{categoryAndTypeData,kind,category}')) ~* '^config', false) then 'config_change' else case when (mapping.has_value(payload, '{deploymentId}') or coalesce(coalesce(mapping.text_at(payload, '{category}'), mapping.text_at(payload, '{categoryAndTypeData,kind,category}')) ~* '^deployment$', false)) then 'deploy' else 'change' end end end
        when 'deployment' then 'deploy'
    end as change_kind,
    case variant
        when 'tracked change' then coalesce(mapping.text_at(payload, '{shortDescription}'), mapping.text_at(payload, '{description}'), (mapping.text_at(payload, '{"entity.name"}') || ' ' || mapping.text_at(payload, '{version}')), (mapping.text_at(payload, '{entity_name}') || ' ' || mapping.text_at(payload, '{version}')), ('Deployment of ' || mapping.text_at(payload, '{version}')), (mapping.text_at(payload, '{categoryAndTypeData,kind,category}') || ' ' || mapping.text_at(payload, '{categoryAndTypeData,kind,type}')), (mapping.text_at(payload, '{category}') || ' ' || mapping.text_at(payload, '{type}')))
        when 'deployment' then coalesce(mapping.text_at(payload, '{description}'), ('Deployment of ' || mapping.text_at(payload, '{revision}')), mapping.text_at(payload, '{changelog}'), mapping.text_at(payload, '{deployment_url}'))
    end as title,
    case variant
        when 'tracked change' then coalesce(mapping.text_at(payload, '{"entity.name"}'), mapping.text_at(payload, '{entity,name}'), mapping.text_at(payload, '{entity_name}'), mapping.text_at(payload, '{"entity.guid"}'), mapping.text_at(payload, '{entity,guid}'), mapping.text_at(payload, '{entityGuid}'))
        when 'deployment' then coalesce(mapping.text_at(payload, '{application_name}'), mapping.text_at(payload, '{links,application}'), mapping.text_at(payload, '{entity,name}'))
    end as service,
    null::text as environment,
    case variant
        when 'tracked change' then mapping.text_at(payload, '{deepLink}')
        when 'deployment' then coalesce(mapping.text_at(payload, '{deployment_url}'), mapping.text_at(payload, '{deepLink}'))
    end as external_url,
    case variant
        when 'tracked change' then mapping.epoch_at(payload, '{timestamp}', 1000)
        when 'deployment' then coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{created_at}'))
    end as changed_at
from variants
