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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'cisco_umbrella'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'cisco_umbrella') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'cisco_umbrella' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{timestamp}') and (mapping.has_value(payload, '{domain}') or mapping.has_value(payload, '{url}') or mapping.has_value(payload, '{destinationip}'))) then 'blocked request'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'cisco_umbrella'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'blocked request' then nullif(concat_ws(' ', 'Blocked:', coalesce(mapping.text_at(payload, '{domain}'), mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{destinationip}'))), '') end as title,
    case variant when 'blocked request' then coalesce(mapping.text_at(payload, '{threats,0,label}'), mapping.text_at(payload, '{blockedcategories}'), mapping.text_at(payload, '{policycategories,0,label}')) end as body,
    case variant when 'blocked request' then coalesce(mapping.text_at(payload, '{threats,0,type}'), 'blocked') end as severity_value,
    case variant when 'blocked request' then coalesce(mapping.text_at(payload, '{verdict}'), mapping.text_at(payload, '{action}')) end as status_value,
    case variant when 'blocked request' then coalesce(mapping.text_at(payload, '{identities,0,label}'), mapping.text_at(payload, '{policyIdentity}'), mapping.text_at(payload, '{internalIp}'), mapping.text_at(payload, '{internalip}')) end as service,
    case variant when 'blocked request' then coalesce(mapping.text_at(payload, '{threats,0,label}'), mapping.text_at(payload, '{categories,0,label}'), mapping.text_at(payload, '{categories,0}'), mapping.text_at(payload, '{querytype}'), mapping.text_at(payload, '{queryType}')) end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'blocked request' then coalesce(mapping.epoch_at(payload, '{timestamp}', 1000), mapping.instant_at(payload, '{timestamp}')) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'blocked request' then jsonb_strip_nulls(jsonb_build_object('categories', payload #> '{categories}', 'external_ip', coalesce(nullif(payload #> '{externalIp}', 'null'), nullif(payload #> '{externalip}', 'null')), 'response', coalesce(nullif(payload #> '{responseCode}', 'null'), nullif(payload #> '{returncode}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
