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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'google_workspace'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'google_workspace') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'google_workspace' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{alertId}') and mapping.has_value(payload, '{type}')) then 'alert'
            when mapping.has_value(payload, '{events,0,name}') then 'activity'
            when (mapping.has_value(payload, '{id,applicationName}') and mapping.has_value(payload, '{name}')) then 'activity of a log export'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'google_workspace'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then mapping.text_at(payload, '{type}')
        when 'activity' then nullif(concat_ws(': ', mapping.text_at(payload, '{id,applicationName}'), mapping.text_at(payload, '{events,0,name}')), '')
        when 'activity of a log export' then nullif(concat_ws(': ', mapping.text_at(payload, '{id,applicationName}'), mapping.text_at(payload, '{name}')), '')
    end as title,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{data,description}'), mapping.text_at(payload, '{data,title}'), mapping.text_at(payload, '{data,messages,0,subjectText}')) end as body,
    case variant
        when 'alert' then mapping.text_at(payload, '{metadata,severity}')
        when 'activity' then mapping.text_at(payload, '{events,0,name}')
        when 'activity of a log export' then mapping.text_at(payload, '{name}')
    end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{metadata,status}')
        when 'activity' then 'failed'
        when 'activity of a log export' then 'failed'
    end as status_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{source}')
        when 'activity' then mapping.text_at(payload, '{id,applicationName}')
        when 'activity of a log export' then mapping.text_at(payload, '{id,applicationName}')
    end as service,
    case variant
        when 'alert' then mapping.text_at(payload, '{type}')
        when 'activity' then mapping.text_at(payload, '{events,0,name}')
        when 'activity of a log export' then mapping.text_at(payload, '{name}')
    end as error_type,
    case variant when 'alert' then mapping.text_at(payload, '{metadata,assignee}') end as team,
    null::text as environment,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{securityInvestigationToolLink}'), mapping.text_at(payload, '{data,alertDetails,link}')) end as external_url,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{createTime}'), mapping.instant_at(payload, '{startTime}'))
        when 'activity' then mapping.instant_at(payload, '{id,time}')
        when 'activity of a log export' then mapping.instant_at(payload, '{id,time}')
    end as source_created_at,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{endTime}'), mapping.instant_at(payload, '{updateTime}')) end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('data', payload #> '{data}', 'feedback', payload #> '{data,actorEmail}'))
        when 'activity' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{actor,email}', 'ip', payload #> '{ipAddress}'))
        when 'activity of a log export' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{actor,email}', 'ip', payload #> '{ipAddress}'))
        else '{}'::jsonb
    end as attributes
from variants
