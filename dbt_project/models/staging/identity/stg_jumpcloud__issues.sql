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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'jumpcloud'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'jumpcloud') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'jumpcloud' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{event_type}') then 'event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'jumpcloud'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'event' then coalesce(nullif(concat_ws(': ', mapping.text_at(payload, '{event_type}'), mapping.text_at(payload, '{error_message}')), ''), mapping.text_at(payload, '{event_type}')) end as title,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{error_message}'), mapping.text_at(payload, '{message}')) end as body,
    case variant when 'event' then 'warning' end as severity_value,
    case variant when 'event' then 'failed' end as status_value,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{application,display_label}'), mapping.text_at(payload, '{application,name}'), mapping.text_at(payload, '{service}')) end as service,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{error_code}'), mapping.text_at(payload, '{event_type}')) end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'event' then mapping.instant_at(payload, '{timestamp}') end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'event' then jsonb_strip_nulls(jsonb_build_object('initiated_by', coalesce(nullif(payload #> '{initiated_by,username}', 'null'), nullif(payload #> '{initiated_by,email}', 'null')), 'ip', payload #> '{client_ip}', 'mfa', payload #> '{mfa}', 'provider', payload #> '{provider}'))
        else '{}'::jsonb
    end as attributes
from variants
