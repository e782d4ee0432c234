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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'okta'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'okta') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'okta' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when true then 'log entry'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'okta'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'log entry' then coalesce(mapping.text_at(payload, '{displayMessage}'), mapping.text_at(payload, '{eventType}')) end as title,
    case variant when 'log entry' then mapping.text_at(payload, '{outcome,reason}') end as body,
    case variant when 'log entry' then mapping.text_at(payload, '{severity}') end as severity_value,
    case variant when 'log entry' then mapping.text_at(payload, '{outcome,result}') end as status_value,
    case variant when 'log entry' then coalesce(mapping.element_at(payload, '{target}', '{type}', 'AppInstance', '{displayName}'), mapping.text_at(payload, '{target,0,displayName}')) end as service,
    case variant when 'log entry' then mapping.text_at(payload, '{eventType}') end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'log entry' then mapping.instant_at(payload, '{published}') end as source_created_at,
    case variant when 'log entry' then mapping.instant_at(payload, '{published}') end as resolved_at,
    case variant
        when 'log entry' then jsonb_strip_nulls(jsonb_build_object('actor', payload #> '{actor,alternateId}', 'client_ip', payload #> '{client,ipAddress}', 'region', payload #> '{client,geographicalContext,country}', 'transaction_id', payload #> '{transaction,id}'))
        else '{}'::jsonb
    end as attributes
from variants
