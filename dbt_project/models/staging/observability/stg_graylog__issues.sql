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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'graylog'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'graylog') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'graylog' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{check_result,triggered_condition}') then 'alarm callback of version 2'
            when (mapping.has_value(payload, '{event,timestamp}') and (mapping.has_value(payload, '{event,event_definition_id}') or mapping.has_value(payload, '{event,priority}'))) then 'event with its definition'
            when (mapping.has_value(payload, '{timestamp}') and (mapping.has_value(payload, '{event_definition_id}') or mapping.has_value(payload, '{priority}'))) then 'event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'graylog'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alarm callback of version 2' then coalesce(mapping.text_at(payload, '{check_result,triggered_condition,title}'), mapping.text_at(payload, '{check_result,result_description}'))
        when 'event with its definition' then coalesce(mapping.text_at(payload, '{event_definition_title}'), mapping.text_at(payload, '{event,message}'), mapping.text_at(payload, '{event,event_definition_title}'))
        when 'event' then coalesce(mapping.text_at(payload, '{event_definition_title}'), mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{event_definition_title}'))
    end as title,
    case variant
        when 'alarm callback of version 2' then nullif(coalesce(mapping.text_at(payload, '{check_result,result_description}'), mapping.text_at(payload, '{check_result,matching_messages,0,message}')), mapping.text_at(payload, '{check_result,triggered_condition,title}'))
        when 'event with its definition' then nullif(coalesce(mapping.text_at(payload, '{event,message}'), mapping.text_at(payload, '{event_definition_description}'), mapping.text_at(payload, '{backlog,0,message}')), coalesce(mapping.text_at(payload, '{event_definition_title}'), mapping.text_at(payload, '{event,message}'), mapping.text_at(payload, '{event,event_definition_title}')))
        when 'event' then nullif(coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{event_definition_description}'), mapping.text_at(payload, '{backlog,0,message}')), coalesce(mapping.text_at(payload, '{event_definition_title}'), mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{event_definition_title}')))
    end as body,
    case variant
        when 'event with its definition' then case when case when mapping.text_at(payload, '{event,priority}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{event,priority}'))::numeric end >= 4 then 'critical' when case when mapping.text_at(payload, '{event,priority}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{event,priority}'))::numeric end >= 3 then 'high' when case when mapping.text_at(payload, '{event,priority}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{event,priority}'))::numeric end >= 2 then 'normal' when case when mapping.text_at(payload, '{event,priority}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{event,priority}'))::numeric end >= 0 then 'low' end
        when 'event' then case when case when mapping.text_at(payload, '{priority}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{priority}'))::numeric end >= 4 then 'critical' when case when mapping.text_at(payload, '{priority}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{priority}'))::numeric end >= 3 then 'high' when case when mapping.text_at(payload, '{priority}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{priority}'))::numeric end >= 2 then 'normal' when case when mapping.text_at(payload, '{priority}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{priority}'))::numeric end >= 0 then 'low' end
    end as severity_value,
    case variant
        when 'alarm callback of version 2' then 'alert'
        when 'event with its definition' then 'alert'
        when 'event' then 'alert'
    end as status_value,
    case variant
        when 'alarm callback of version 2' then coalesce(mapping.text_at(payload, '{stream,title}'), mapping.text_at(payload, '{check_result,matching_messages,0,source}'))
        when 'event with its definition' then coalesce(mapping.text_at(payload, '{event,fields,service}'), mapping.text_at(payload, '{event,fields,application_name}'), mapping.text_at(payload, '{event,group_by_fields,service}'), mapping.text_at(payload, '{event,group_by_fields,application_name}'), mapping.text_at(payload, '{backlog,0,fields,application_name}'), mapping.text_at(payload, '{event,source}'))
        when 'event' then coalesce(mapping.text_at(payload, '{fields,service}'), mapping.text_at(payload, '{fields,application_name}'), mapping.text_at(payload, '{group_by_fields,service}'), mapping.text_at(payload, '{group_by_fields,application_name}'), mapping.text_at(payload, '{backlog,0,fields,application_name}'), mapping.text_at(payload, '{source}'))
    end as service,
    case variant
        when 'alarm callback of version 2' then coalesce(mapping.text_at(payload, '{check_result,triggered_condition,type}'), mapping.text_at(payload, '{check_result,triggered_condition,type_string}'))
        when 'event with its definition' then coalesce(mapping.text_at(payload, '{event,event_definition_type}'), mapping.text_at(payload, '{event_definition_type}'))
        when 'event' then coalesce(mapping.text_at(payload, '{event_definition_type}'), mapping.text_at(payload, '{event_definition_type}'))
    end as error_type,
    case variant
        when 'event with its definition' then mapping.text_at(payload, '{event,fields,team}')
        when 'event' then mapping.text_at(payload, '{fields,team}')
    end as team,
    case variant
        when 'alarm callback of version 2' then mapping.text_at(payload, '{check_result,matching_messages,0,fields,environment}')
        when 'event with its definition' then coalesce(mapping.text_at(payload, '{event,fields,environment}'), mapping.text_at(payload, '{event,fields,env}'), mapping.text_at(payload, '{backlog,0,fields,environment}'))
        when 'event' then coalesce(mapping.text_at(payload, '{fields,environment}'), mapping.text_at(payload, '{fields,env}'), mapping.text_at(payload, '{backlog,0,fields,environment}'))
    end as environment,
    null::text as external_url,
    case variant
        when 'alarm callback of version 2' then mapping.instant_at(payload, '{check_result,triggered_at}')
        when 'event with its definition' then mapping.instant_at(payload, '{event,timestamp}')
        when 'event' then mapping.instant_at(payload, '{timestamp}')
    end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'alarm callback of version 2' then jsonb_strip_nulls(jsonb_build_object('stream', payload #> '{stream,id}', 'condition', payload #> '{check_result,triggered_condition,id}'))
        when 'event with its definition' then jsonb_strip_nulls(jsonb_build_object('definition', payload #> '{event,event_definition_id}', 'key', payload #> '{event,key}', 'query', payload #> '{event,replay_info,query}'))
        when 'event' then jsonb_strip_nulls(jsonb_build_object('definition', payload #> '{event_definition_id}', 'key', payload #> '{key}', 'query', payload #> '{replay_info,query}'))
        else '{}'::jsonb
    end as attributes
from variants
