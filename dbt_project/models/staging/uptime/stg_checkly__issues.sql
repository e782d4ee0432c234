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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'checkly'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'checkly') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'checkly' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{alert_type}') or mapping.has_value(payload, '{alertType}') or coalesce(mapping.text_at(payload, '{event}') ~* '^ALERT_|^NO_ALERT$', false)) and (mapping.has_value(payload, '{check_name}') or mapping.has_value(payload, '{name}') or mapping.has_value(payload, '{checkId}'))) then 'alert'
            when (kind in ('result') and mapping.has_value(payload, '{checkId}') and mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{hasFailures}')) then 'check result or status'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'checkly'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then coalesce(nullif(substring(mapping.text_at(payload, '{event}') from '^.* .*$'), ''), mapping.text_at(payload, '{title}'), (mapping.text_at(payload, '{check_name}') || ': ' || mapping.text_at(payload, '{event}')), (mapping.text_at(payload, '{check_name}') || ': ' || mapping.text_at(payload, '{alert_type}')), (mapping.text_at(payload, '{name}') || ': ' || mapping.text_at(payload, '{alertType}')), ('Check ' || mapping.text_at(payload, '{checkId}') || ': ' || mapping.text_at(payload, '{alertType}')))
        when 'check result or status' then case when coalesce(lower(mapping.text_at(payload, '{isDegraded}')) in ('true'), false) then (mapping.text_at(payload, '{name}') || ' is degraded') else (mapping.text_at(payload, '{name}') || ' is failing') end
    end as title,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{check_error_message}'), mapping.text_at(payload, '{error}')) end as body,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{alert_type}'), mapping.text_at(payload, '{alertType}'), mapping.text_at(payload, '{event}'))
        when 'check result or status' then case when coalesce(lower(mapping.text_at(payload, '{isDegraded}')) in ('true'), false) then 'alert_degraded' else 'alert_failure' end
    end as severity_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{alert_type}'), mapping.text_at(payload, '{alertType}'), mapping.text_at(payload, '{event}'))
        when 'check result or status' then case when coalesce(lower(mapping.text_at(payload, '{isDegraded}')) in ('true'), false) then 'alert_degraded' else 'alert_failure' end
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{check_name}'), mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{checkId}'))
        when 'check result or status' then mapping.text_at(payload, '{name}')
    end as service,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{check_type}'), mapping.text_at(payload, '{checkType}')) end as error_type,
    case variant when 'alert' then mapping.text_at(payload, '{group_name}') end as team,
    null::text as environment,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{link}'), mapping.text_at(payload, '{result_link}')) end as external_url,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'check result or status' then coalesce(mapping.instant_at(payload, '{startedAt}'), mapping.instant_at(payload, '{updated_at}'), mapping.instant_at(payload, '{created_at}'))
    end as source_created_at,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}')) end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('status_code', coalesce(nullif(payload #> '{api_check_response_status_code}', 'null'), nullif(payload #> '{statusCode}', 'null')), 'response_time', payload #> '{response_time}', 'location', coalesce(nullif(payload #> '{run_location}', 'null'), nullif(payload #> '{runLocation}', 'null'))))
        when 'check result or status' then jsonb_strip_nulls(jsonb_build_object('response_time', payload #> '{responseTime}', 'location', coalesce(nullif(payload #> '{runLocation}', 'null'), nullif(payload #> '{lastRunLocation}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
