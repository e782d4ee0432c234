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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'duo'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'duo') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'duo' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (kind in ('admin_sign_in') and mapping.has_value(payload, '{action}')) then 'failed sign-in of an administrator'
            when (mapping.has_value(payload, '{result}') and (mapping.has_value(payload, '{reason}') or mapping.has_value(payload, '{factor}') or mapping.has_value(payload, '{event_type}'))) then 'sign-in'
            when mapping.has_value(payload, '{sekey}') then 'Trust Monitor event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'duo'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'failed sign-in of an administrator' then nullif(concat_ws(': ', 'Duo administrator sign-in failed', mapping.text_at(payload, '{username}')), '')
        when 'sign-in' then nullif(concat_ws(' ', 'Duo sign-in', nullif(concat_ws(': ', mapping.text_at(payload, '{result}'), mapping.text_at(payload, '{reason}')), '')), '')
        when 'Trust Monitor event' then coalesce(mapping.text_at(payload, '{explanations,0,summary}'), mapping.text_at(payload, '{type}'))
    end as title,
    case variant
        when 'failed sign-in of an administrator' then mapping.text_at(payload, '{description}')
        when 'sign-in' then mapping.text_at(payload, '{reason}')
        when 'Trust Monitor event' then nullif(concat_ws(' ', mapping.text_at(payload, '{explanations,0,summary}'), mapping.text_at(payload, '{explanations,1,summary}'), mapping.text_at(payload, '{explanations,2,summary}')), '')
    end as body,
    case variant
        when 'failed sign-in of an administrator' then 'failure'
        when 'sign-in' then mapping.text_at(payload, '{result}')
        when 'Trust Monitor event' then case when coalesce(lower(mapping.text_at(payload, '{priority_event}')) in ('true'), false) then 'high' else 'medium' end
    end as severity_value,
    case variant
        when 'failed sign-in of an administrator' then 'failure'
        when 'sign-in' then mapping.text_at(payload, '{result}')
        when 'Trust Monitor event' then mapping.text_at(payload, '{state}')
    end as status_value,
    case variant
        when 'sign-in' then coalesce(mapping.text_at(payload, '{application,name}'), mapping.text_at(payload, '{integration}'))
        when 'Trust Monitor event' then coalesce(mapping.text_at(payload, '{surfaced_auth,application,name}'), mapping.text_at(payload, '{type}'))
    end as service,
    case variant
        when 'failed sign-in of an administrator' then mapping.text_at(payload, '{action}')
        when 'sign-in' then mapping.text_at(payload, '{reason}')
        when 'Trust Monitor event' then coalesce(mapping.text_at(payload, '{explanations,0,type}'), mapping.text_at(payload, '{type}'))
    end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'Trust Monitor event' then mapping.text_at(payload, '{triage_event_uri}') end as external_url,
    case variant
        when 'failed sign-in of an administrator' then coalesce(mapping.instant_at(payload, '{isotimestamp}'), mapping.epoch_at(payload, '{timestamp}', 1), mapping.instant_at(payload, '{timestamp}'), mapping.epoch_at(payload, '{ts}', 1), mapping.instant_at(payload, '{ts}'))
        when 'sign-in' then coalesce(mapping.instant_at(payload, '{isotimestamp}'), mapping.epoch_at(payload, '{timestamp}', 1), mapping.instant_at(payload, '{timestamp}'), mapping.epoch_at(payload, '{ts}', 1), mapping.instant_at(payload, '{ts}'))
        when 'Trust Monitor event' then mapping.epoch_at(payload, '{surfaced_timestamp}', 1000)
    end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'failed sign-in of an administrator' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{username}', 'ip', payload #> '{host}'))
        when 'sign-in' then jsonb_strip_nulls(jsonb_build_object('user_name', coalesce(nullif(payload #> '{user,name}', 'null'), nullif(payload #> '{username}', 'null')), 'factor', payload #> '{factor}', 'ip', coalesce(nullif(payload #> '{access_device,ip}', 'null'), nullif(payload #> '{ip}', 'null'))))
        when 'Trust Monitor event' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{surfaced_auth,user,name}'))
        else '{}'::jsonb
    end as attributes
from variants
