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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'datadog'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'datadog') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'datadog' and kind = 'change'

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{attributes,attributes,changed_resource}') then 'change event'
            when (mapping.has_value(payload, '{attributes,started_at}') and mapping.has_value(payload, '{attributes,service}')) then 'deployment of the delivery metrics'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'datadog'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'change event' then case when coalesce(lower(mapping.text_at(payload, '{attributes,attributes,changed_resource,type}')) in ('feature_flag'), false) then 'feature_flag' else 'config_change' end
        when 'deployment of the delivery metrics' then 'deploy'
    end as change_kind,
    case variant
        when 'change event' then coalesce(mapping.text_at(payload, '{attributes,attributes,title}'), mapping.text_at(payload, '{attributes,message}'), mapping.text_at(payload, '{attributes,attributes,changed_resource,name}'))
        when 'deployment of the delivery metrics' then coalesce((mapping.text_at(payload, '{attributes,service}') || ' ' || mapping.text_at(payload, '{attributes,version}')), (mapping.text_at(payload, '{attributes,service}') || ' ' || mapping.text_at(payload, '{attributes,git,commit_sha}')), ('Deployment of ' || mapping.text_at(payload, '{attributes,service}')))
    end as title,
    case variant
        when 'change event' then coalesce(mapping.text_at(payload, '{attributes,attributes,impacted_resources,0,name}'), mapping.text_at(payload, '{attributes,attributes,service}'), mapping.tag_at(payload, '{attributes,tags}', 'service'))
        when 'deployment of the delivery metrics' then mapping.text_at(payload, '{attributes,service}')
    end as service,
    case variant
        when 'change event' then mapping.tag_at(payload, '{attributes,tags}', 'env|environment')
        when 'deployment of the delivery metrics' then mapping.text_at(payload, '{attributes,env}')
    end as environment,
    case variant when 'deployment of the delivery metrics' then mapping.text_at(payload, '{attributes,git,repository_url}') end as external_url,
    case variant
        when 'change event' then mapping.instant_at(payload, '{attributes,timestamp}')
        when 'deployment of the delivery metrics' then coalesce(mapping.instant_at(payload, '{attributes,finished_at}'), mapping.epoch_at(payload, '{attributes,finished_at}', 1000000000), mapping.instant_at(payload, '{attributes,started_at}'), mapping.epoch_at(payload, '{attributes,started_at}', 1000000000))
    end as changed_at
from variants
