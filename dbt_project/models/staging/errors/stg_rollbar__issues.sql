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
    where r.source = 'rollbar' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{data,item,title}') and (mapping.has_value(payload, '{data,item,level}') or mapping.has_value(payload, '{data,item,counter}'))) then 'webhook'
            when (mapping.has_value(payload, '{title}') and (mapping.has_value(payload, '{level}') or mapping.has_value(payload, '{counter}'))) then 'item'
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
    case variant
        when 'webhook' then mapping.text_at(payload, '{data,item,title}')
        when 'item' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,item,last_occurrence,body,trace,exception,message}'), mapping.text_at(payload, '{data,item,last_occurrence,body,trace_chain,0,exception,message}'), mapping.text_at(payload, '{data,item,last_occurrence,body,message,body}'), mapping.text_at(payload, '{data,occurrence,body,trace,exception,message}'), mapping.text_at(payload, '{data,occurrence,body,message,body}'))
        when 'item' then coalesce(mapping.text_at(payload, '{last_occurrence,body,trace,exception,message}'), mapping.text_at(payload, '{last_occurrence,body,trace_chain,0,exception,message}'), mapping.text_at(payload, '{last_occurrence,body,message,body}'), mapping.text_at(payload, '{data,occurrence,body,trace,exception,message}'), mapping.text_at(payload, '{data,occurrence,body,message,body}'))
    end as body,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,item,last_occurrence,level}'), mapping.text_at(payload, '{data,item,level}'), mapping.text_at(payload, '{data,occurrence,level}'))
        when 'item' then coalesce(mapping.text_at(payload, '{last_occurrence,level}'), mapping.text_at(payload, '{level}'), mapping.text_at(payload, '{data,occurrence,level}'))
    end as severity_value,
    case variant
        when 'webhook' then case when coalesce(lower(mapping.text_at(payload, '{event_name}')) in ('resolved_item'), false) then 'resolved' else case when coalesce(lower(mapping.text_at(payload, '{event_name}')) in ('new_item', 'reactivated_item', 'reopened_item', 'occurrence'), false) then 'active' else coalesce(mapping.text_at(payload, '{data,item,status}'), mapping.text_at(payload, '{data,item,group_status}')) end end
        when 'item' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{group_status}'))
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,item,last_occurrence,server,root}'), mapping.text_at(payload, '{data,item,project,name}'), mapping.text_at(payload, '{data,item,project_name}'), mapping.text_at(payload, '{data,item,project_id}'))
        when 'item' then coalesce(mapping.text_at(payload, '{last_occurrence,server,root}'), mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project_name}'), mapping.text_at(payload, '{project_id}'))
    end as service,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,item,last_occurrence,body,trace,exception,class}'), mapping.text_at(payload, '{data,item,last_occurrence,body,trace_chain,0,exception,class}'), nullif(substring(mapping.text_at(payload, '{data,item,title}') from '^([A-Za-z_][A-Za-z0-9_.:]*(?:Error|Exception|Fault|Warning)):'), ''), nullif(substring(mapping.text_at(payload, '{data,item,framework}') from '^[A-Za-z].*'), ''))
        when 'item' then coalesce(mapping.text_at(payload, '{last_occurrence,body,trace,exception,class}'), mapping.text_at(payload, '{last_occurrence,body,trace_chain,0,exception,class}'), nullif(substring(mapping.text_at(payload, '{title}') from '^([A-Za-z_][A-Za-z0-9_.:]*(?:Error|Exception|Fault|Warning)):'), ''), nullif(substring(mapping.text_at(payload, '{framework}') from '^[A-Za-z].*'), ''))
    end as error_type,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,item,assigned_user,username}'), mapping.text_at(payload, '{data,item,assigned_user_id}'))
        when 'item' then coalesce(mapping.text_at(payload, '{assigned_user,username}'), mapping.text_at(payload, '{assigned_user_id}'))
    end as team,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,item,environment}'), mapping.text_at(payload, '{data,item,last_occurrence,environment}'))
        when 'item' then coalesce(mapping.text_at(payload, '{environment}'), mapping.text_at(payload, '{last_occurrence,environment}'))
    end as environment,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,url}'), mapping.text_at(payload, '{data,item,url}'))
        when 'item' then coalesce(mapping.text_at(payload, '{data,url}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'webhook' then mapping.epoch_at(payload, '{data,item,first_occurrence_timestamp}', 1)
        when 'item' then mapping.epoch_at(payload, '{first_occurrence_timestamp}', 1)
    end as source_created_at,
    case variant
        when 'webhook' then coalesce(mapping.epoch_at(payload, '{data,item,last_resolved_timestamp}', 1), mapping.epoch_at(payload, '{data,item,last_occurrence_timestamp}', 1))
        when 'item' then coalesce(mapping.epoch_at(payload, '{last_resolved_timestamp}', 1), mapping.epoch_at(payload, '{last_occurrence_timestamp}', 1))
    end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('counter', payload #> '{data,item,counter}', 'occurrences', payload #> '{data,item,total_occurrences}', 'platform', payload #> '{data,item,platform}', 'version', payload #> '{data,item,resolved_in_version}'))
        when 'item' then jsonb_strip_nulls(jsonb_build_object('counter', payload #> '{counter}', 'occurrences', payload #> '{total_occurrences}', 'platform', payload #> '{platform}', 'version', payload #> '{resolved_in_version}'))
        else '{}'::jsonb
    end as attributes
from variants
