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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'lacework'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'lacework') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'lacework' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{alertId}') and mapping.has_value(payload, '{alertName}')) then 'alert'
            when (mapping.has_value(payload, '{event_id}') and mapping.has_value(payload, '{event_title}')) then 'event of the webhook channel'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'lacework'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then mapping.text_at(payload, '{alertName}')
        when 'event of the webhook channel' then coalesce(mapping.text_at(payload, '{event_title}'), mapping.text_at(payload, '{event_description}'))
    end as title,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{alertInfo,description}'), mapping.text_at(payload, '{alertInfo,subject}'))
        when 'event of the webhook channel' then mapping.text_at(payload, '{event_description}')
    end as body,
    case variant
        when 'alert' then mapping.text_at(payload, '{severity}')
        when 'event of the webhook channel' then mapping.text_at(payload, '{event_severity}')
    end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{status}')
        when 'event of the webhook channel' then 'open'
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{alertInfo,subject}'), mapping.text_at(payload, '{derivedFields,source}'))
        when 'event of the webhook channel' then coalesce(mapping.text_at(payload, '{event_source}'), mapping.text_at(payload, '{lacework_account}'))
    end as service,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{alertType}'), mapping.text_at(payload, '{derivedFields,sub_category}'), mapping.text_at(payload, '{derivedFields,category}'))
        when 'event of the webhook channel' then mapping.text_at(payload, '{event_type}')
    end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'event of the webhook channel' then mapping.text_at(payload, '{event_link}') end as external_url,
    case variant
        when 'alert' then mapping.instant_at(payload, '{startTime}')
        when 'event of the webhook channel' then coalesce(mapping.instant_at(payload, '{event_timestamp}'), (select case when strpos('JanFebMarAprMayJunJulAugSepOctNovDec', part[2]) % 3 = 1 then mapping.instant_of(part[3] || '-' || lpad(((strpos('JanFebMarAprMayJunJulAugSepOctNovDec', part[2]) + 2) / 3)::text, 2, '0') || '-' || lpad(part[1], 2, '0') || 'T' || part[4] || coalesce(part[5], '')) end from regexp_match(mapping.text_at(payload, '{event_timestamp}'), '^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d(?::\d\d)?) ?(Z|UTC|GMT|[+-](?:0\d|1[0-5])[0-5]\d)?$') as part))
    end as source_created_at,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{lastUserUpdatedTime}'), mapping.instant_at(payload, '{endTime}')) end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('category', payload #> '{derivedFields,category}', 'source', payload #> '{derivedFields,source}', 'policy', payload #> '{policyId}', 'reachability', payload #> '{reachability}'))
        when 'event of the webhook channel' then jsonb_strip_nulls(jsonb_build_object('account', payload #> '{lacework_account}', 'recommendation', payload #> '{rec_id}'))
        else '{}'::jsonb
    end as attributes
from variants
