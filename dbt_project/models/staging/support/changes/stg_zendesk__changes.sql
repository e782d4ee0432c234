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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'zendesk'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'zendesk') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'zendesk' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{source_type}') and (mapping.has_value(payload, '{action}') or mapping.has_value(payload, '{action_label}'))) then 'entry of the audit log'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'zendesk'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'entry of the audit log' then 'config_change' end as change_kind,
    case variant when 'entry of the audit log' then nullif(concat_ws(' · ', nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{action_label}'), mapping.text_at(payload, '{action}')), mapping.text_at(payload, '{source_type}'), mapping.text_at(payload, '{source_label}')), ''), mapping.text_at(payload, '{change_description}')), '') end as title,
    null::text as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'entry of the audit log' then mapping.instant_at(payload, '{created_at}') end as changed_at
from variants
