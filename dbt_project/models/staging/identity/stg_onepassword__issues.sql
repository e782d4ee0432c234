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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'onepassword'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'onepassword') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'onepassword' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{uuid}') and mapping.has_value(payload, '{category}') and (mapping.has_value(payload, '{target_user}') or mapping.has_value(payload, '{client}'))) then 'sign-in attempt'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'onepassword'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'sign-in attempt' then nullif(concat_ws(' ', '1Password sign-in', nullif(concat_ws(': ', mapping.text_at(payload, '{category}'), mapping.text_at(payload, '{type}')), '')), '') end as title,
    case variant when 'sign-in attempt' then mapping.text_at(payload, '{details,value}') end as body,
    case variant when 'sign-in attempt' then mapping.text_at(payload, '{category}') end as severity_value,
    case variant when 'sign-in attempt' then mapping.text_at(payload, '{category}') end as status_value,
    case variant when 'sign-in attempt' then mapping.text_at(payload, '{client,app_name}') end as service,
    case variant when 'sign-in attempt' then mapping.text_at(payload, '{type}') end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'sign-in attempt' then mapping.instant_at(payload, '{timestamp}') end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'sign-in attempt' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{target_user,email}', 'country', payload #> '{country}', 'ip', payload #> '{client,ip_address}', 'platform', payload #> '{client,platform_name}'))
        else '{}'::jsonb
    end as attributes
from variants
