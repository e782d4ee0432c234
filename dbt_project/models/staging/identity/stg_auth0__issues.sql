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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'auth0'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'auth0') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'auth0' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{data,type}') and mapping.has_value(payload, '{data,date}')) then 'streamed log event'
            when (mapping.has_value(payload, '{type}') and mapping.has_value(payload, '{date}')) then 'log event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'auth0'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'streamed log event' then coalesce(mapping.text_at(payload, '{data,description}'), mapping.text_at(payload, '{data,details,error,message}'), ('Auth0 event ' || mapping.text_at(payload, '{data,type}')))
        when 'log event' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{details,error,message}'), ('Auth0 event ' || mapping.text_at(payload, '{type}')))
    end as title,
    case variant
        when 'streamed log event' then coalesce(mapping.text_at(payload, '{data,details,error,message}'), mapping.text_at(payload, '{data,details,error,oauthError}'))
        when 'log event' then coalesce(mapping.text_at(payload, '{details,error,message}'), mapping.text_at(payload, '{details,error,oauthError}'))
    end as body,
    case variant
        when 'streamed log event' then mapping.text_at(payload, '{data,type}')
        when 'log event' then mapping.text_at(payload, '{type}')
    end as severity_value,
    case variant
        when 'streamed log event' then 'failed'
        when 'log event' then 'failed'
    end as status_value,
    case variant
        when 'streamed log event' then coalesce(mapping.text_at(payload, '{data,client_name}'), mapping.text_at(payload, '{data,connection}'), mapping.text_at(payload, '{data,client_id}'))
        when 'log event' then coalesce(mapping.text_at(payload, '{client_name}'), mapping.text_at(payload, '{connection}'), mapping.text_at(payload, '{client_id}'))
    end as service,
    case variant
        when 'streamed log event' then mapping.text_at(payload, '{data,type}')
        when 'log event' then mapping.text_at(payload, '{type}')
    end as error_type,
    null::text as team,
    case variant
        when 'streamed log event' then coalesce(mapping.text_at(payload, '{data,environment_name}'), mapping.text_at(payload, '{data,tenant_name}'))
        when 'log event' then coalesce(mapping.text_at(payload, '{environment_name}'), mapping.text_at(payload, '{tenant_name}'))
    end as environment,
    null::text as external_url,
    case variant
        when 'streamed log event' then mapping.instant_at(payload, '{data,date}')
        when 'log event' then mapping.instant_at(payload, '{date}')
    end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'streamed log event' then jsonb_strip_nulls(jsonb_build_object('user_name', coalesce(nullif(payload #> '{data,user_name}', 'null'), nullif(payload #> '{data,user_id}', 'null')), 'ip', payload #> '{data,ip}', 'connection', payload #> '{data,connection}'))
        when 'log event' then jsonb_strip_nulls(jsonb_build_object('user_name', coalesce(nullif(payload #> '{user_name}', 'null'), nullif(payload #> '{user_id}', 'null')), 'ip', payload #> '{ip}', 'connection', payload #> '{connection}'))
        else '{}'::jsonb
    end as attributes
from variants
