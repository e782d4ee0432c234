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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'fivetran'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'fivetran') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'fivetran' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (kind in ('event') and mapping.has_value(payload, '{event}') and mapping.has_value(payload, '{connector_id}')) then 'webhook'
            when (mapping.has_value(payload, '{event}') and mapping.has_value(payload, '{data,id}')) then 'webhook of a transformation'
            when (kind in ('record') and mapping.has_value(payload, '{service}') and mapping.has_value(payload, '{status,sync_state}')) then 'connection'
            when (mapping.has_value(payload, '{message_event}') and mapping.has_value(payload, '{time_stamp}')) then 'log row'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'fivetran'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then coalesce((mapping.text_at(payload, '{connector_type}') || ' ' || mapping.text_at(payload, '{connector_name}') || ': ' || mapping.text_at(payload, '{event}') || ' ' || mapping.text_at(payload, '{data,status}')), (mapping.text_at(payload, '{connector_id}') || ': ' || mapping.text_at(payload, '{event}') || ' ' || mapping.text_at(payload, '{data,status}')), (mapping.text_at(payload, '{connector_id}') || ': ' || mapping.text_at(payload, '{event}')))
        when 'webhook of a transformation' then coalesce((mapping.text_at(payload, '{data,name}') || ': ' || mapping.text_at(payload, '{event}')), (mapping.text_at(payload, '{data,id}') || ': ' || mapping.text_at(payload, '{event}')))
        when 'connection' then (mapping.text_at(payload, '{service}') || ' ' || mapping.text_at(payload, '{schema}') || ': sync failed')
        when 'log row' then (mapping.text_at(payload, '{connection_id}') || ': ' || mapping.text_at(payload, '{message_event}'))
    end as title,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,reason}'), mapping.text_at(payload, '{data,message}'))
        when 'webhook of a transformation' then coalesce(mapping.text_at(payload, '{data,result,description}'), mapping.text_at(payload, '{data,result,error}'), mapping.text_at(payload, '{data,reason}'))
        when 'connection' then coalesce(mapping.text_at(payload, '{status,tasks,0,message}'), mapping.text_at(payload, '{status,warnings,0,message}'))
        when 'log row' then mapping.text_at(payload, '{message_data}')
    end as body,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,status}'), mapping.text_at(payload, '{event}'))
        when 'webhook of a transformation' then mapping.text_at(payload, '{event}')
        when 'connection' then case when coalesce(lower(mapping.text_at(payload, '{status,setup_state}')) in ('broken'), false) then 'broken' else 'sync failed' end
        when 'log row' then mapping.text_at(payload, '{event}')
    end as severity_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,status}'), mapping.text_at(payload, '{event}'))
        when 'webhook of a transformation' then mapping.text_at(payload, '{event}')
        when 'connection' then case when mapping.has_value(payload, '{failed_at}') then 'failed' else mapping.text_at(payload, '{status,sync_state}') end
        when 'log row' then 'failed'
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{connector_name}'), mapping.text_at(payload, '{connector_id}'))
        when 'webhook of a transformation' then coalesce(mapping.text_at(payload, '{data,name}'), mapping.text_at(payload, '{transformation_id}'), mapping.text_at(payload, '{data,id}'))
        when 'connection' then coalesce(mapping.text_at(payload, '{schema}'), mapping.text_at(payload, '{id}'))
        when 'log row' then mapping.text_at(payload, '{connection_id}')
    end as service,
    case variant
        when 'webhook' then coalesce(nullif(substring(mapping.text_at(payload, '{data,reason}') from '^[^{].*'), ''), mapping.text_at(payload, '{event}'))
        when 'webhook of a transformation' then mapping.text_at(payload, '{event}')
        when 'connection' then coalesce(mapping.text_at(payload, '{status,tasks,0,code}'), mapping.text_at(payload, '{status,setup_state}'))
        when 'log row' then mapping.text_at(payload, '{message_event}')
    end as error_type,
    case variant
        when 'webhook' then mapping.text_at(payload, '{destination_group_id}')
        when 'webhook of a transformation' then mapping.text_at(payload, '{destination_group_id}')
        when 'connection' then mapping.text_at(payload, '{group_id}')
    end as team,
    null::text as environment,
    null::text as external_url,
    case variant
        when 'webhook' then mapping.instant_at(payload, '{created}')
        when 'webhook of a transformation' then coalesce(mapping.instant_at(payload, '{data,startTime}'), mapping.instant_at(payload, '{created}'))
        when 'connection' then coalesce(mapping.instant_at(payload, '{failed_at}'), mapping.instant_at(payload, '{succeeded_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'log row' then mapping.instant_at(payload, '{time_stamp}')
    end as source_created_at,
    case variant when 'connection' then mapping.instant_at(payload, '{succeeded_at}') end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('connector', payload #> '{connector_id}', 'sync', payload #> '{sync_id}', 'type', payload #> '{connector_type}'))
        when 'webhook of a transformation' then jsonb_strip_nulls(jsonb_build_object('transformation', payload #> '{transformation_id}', 'connector', payload #> '{connector_id}'))
        when 'connection' then jsonb_strip_nulls(jsonb_build_object('service', payload #> '{service}', 'setup_state', payload #> '{status,setup_state}', 'update_state', payload #> '{status,update_state}'))
        when 'log row' then jsonb_strip_nulls(jsonb_build_object('sync', payload #> '{sync_id}'))
        else '{}'::jsonb
    end as attributes
from variants
