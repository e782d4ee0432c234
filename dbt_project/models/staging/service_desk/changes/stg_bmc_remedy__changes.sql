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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'bmc_remedy'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'bmc_remedy') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'bmc_remedy' and kind = 'change'

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{values,"Infrastructure Change ID"}') or mapping.has_value(payload, '{"Infrastructure Change ID"}')) and (mapping.has_value(payload, '{values,Description}') or mapping.has_value(payload, '{Description}'))) then 'change'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'bmc_remedy'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'change' then 'change' end as change_kind,
    case variant when 'change' then coalesce(mapping.text_at(payload, '{values,Description}'), mapping.text_at(payload, '{Description}')) end as title,
    case variant when 'change' then coalesce(mapping.text_at(payload, '{values,ServiceCI}'), mapping.text_at(payload, '{ServiceCI}'), mapping.text_at(payload, '{values,"Product Name"}'), mapping.text_at(payload, '{"Product Name"}')) end as service,
    case variant when 'change' then coalesce(mapping.text_at(payload, '{values,Environment}'), mapping.text_at(payload, '{Environment}')) end as environment,
    null::text as external_url,
    case variant when 'change' then coalesce(mapping.instant_at(payload, '{values,"Actual Start Date"}'), mapping.instant_at(payload, '{"Actual Start Date"}'), mapping.instant_at(payload, '{values,"Scheduled Start Date"}'), mapping.instant_at(payload, '{"Scheduled Start Date"}'), mapping.instant_at(payload, '{values,"Actual End Date"}'), mapping.instant_at(payload, '{"Actual End Date"}')) end as changed_at
from variants
