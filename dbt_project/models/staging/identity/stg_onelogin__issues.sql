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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'onelogin'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'onelogin') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'onelogin' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{event_type_id}') or mapping.has_value(payload, '{event_type_name}')) then 'event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'onelogin'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{event_type_name}'), mapping.text_at(payload, '{error_description}'), case when coalesce(lower(mapping.text_at(payload, '{event_type_id}')) in ('6'), false) then 'Sign-in to OneLogin failed' else null::text end, case when coalesce(lower(mapping.text_at(payload, '{event_type_id}')) in ('90'), false) then 'Unauthorized access' else null::text end, ('OneLogin event ' || mapping.text_at(payload, '{event_type_id}'))) end as title,
    case variant when 'event' then nullif(concat_ws(' ', mapping.text_at(payload, '{error_description}'), mapping.text_at(payload, '{notes}'), mapping.text_at(payload, '{custom_message}')), '') end as body,
    case variant when 'event' then coalesce(case when case when mapping.text_at(payload, '{risk_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{risk_score}'))::numeric end >= 75 then 'critical' when case when mapping.text_at(payload, '{risk_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{risk_score}'))::numeric end >= 50 then 'high' when case when mapping.text_at(payload, '{risk_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{risk_score}'))::numeric end >= 0 then 'medium' end, 'warning') end as severity_value,
    case variant when 'event' then 'failed' end as status_value,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{app_name}'), mapping.text_at(payload, '{directory_name}')) end as service,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{event_type_name}'), mapping.text_at(payload, '{event_type_id}')) end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'event' then coalesce(mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{event_timestamp}')) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'event' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{user_name}', 'ip', payload #> '{ipaddr}', 'risk_score', payload #> '{risk_score}'))
        else '{}'::jsonb
    end as attributes
from variants
