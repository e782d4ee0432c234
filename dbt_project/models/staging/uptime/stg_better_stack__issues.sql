{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('better_stack', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('attributes') }} and ({{ has_value('attributes.name') }} or {{ has_value('attributes.cause') }})) then 'incident'
        end as variant
    from records

)

select
    {{ record_columns('better_stack') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then coalesce({{ text_at('attributes.name') }}, {{ text_at('attributes.cause') }}) end as title,
    case variant when 'incident' then {{ text_at('attributes.cause') }} end as body,
    case variant when 'incident' then case when coalesce(lower({{ text_at('attributes.critical_alert') }}) in ('true'), false) then 'critical alert' else 'alert' end end as severity_value,
    case variant when 'incident' then coalesce(case when {{ has_value('attributes.resolved_at') }} then 'resolved' else null::text end, case when {{ has_value('attributes.acknowledged_at') }} then 'acknowledged' else null::text end, {{ text_at('attributes.status') }}, 'started') end as status_value,
    case variant when 'incident' then coalesce({{ text_at('attributes.name') }}, {{ text_at('attributes.url') }}) end as service,
    case variant when 'incident' then {{ text_at('attributes.cause') }} end as error_type,
    case variant when 'incident' then {{ text_at('attributes.team_name') }} end as team,
    case variant when 'incident' then {{ text_at('attributes.regions.0') }} end as environment,
    case variant when 'incident' then coalesce({{ text_at('attributes.origin_url') }}, {{ text_at('attributes.url') }}) end as external_url,
    case variant when 'incident' then {{ instant_at('attributes.started_at') }} end as source_created_at,
    case variant when 'incident' then {{ instant_at('attributes.resolved_at') }} end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('regions', {{ value_at('attributes.regions') }}, 'response', {{ value_at('attributes.response_content') }})) else '{}'::jsonb end as attributes
from variants
