{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('pingdom', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('check_name') }} and {{ has_value('current_state') }}) then 'state change'
            when ({{ has_value('checkid') }} and ({{ has_value('messageshort') }} or {{ has_value('messagefull') }})) then 'listed alert'
        end as variant
    from records

)

select
    {{ record_columns('pingdom') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'state change' then coalesce(({{ text_at('check_name') }} || ' is ' || {{ text_at('current_state') }}), {{ text_at('check_name') }}) when 'listed alert' then coalesce({{ text_at('messagefull') }}, {{ text_at('messageshort') }}) end as title,
    case variant when 'state change' then coalesce({{ text_at('long_description') }}, {{ text_at('description') }}) when 'listed alert' then {{ text_at('messagefull') }} end as body,
    case variant when 'state change' then {{ text_at('importance_level') }} end as severity_value,
    case variant when 'state change' then {{ text_at('current_state') }} when 'listed alert' then {{ text_at('messageshort') }} end as status_value,
    case variant when 'state change' then coalesce({{ text_at('check_name') }}, {{ text_at('check_params.hostname') }}) when 'listed alert' then ('check ' || {{ text_at('checkid') }}) end as service,
    case variant when 'state change' then {{ text_at('description') }} when 'listed alert' then {{ text_at('messageshort') }} end as error_type,
    case variant when 'state change' then {{ tag_at('tags', 'team') }} end as team,
    case variant when 'state change' then coalesce({{ tag_at('tags', 'env|environment') }}, {{ text_at('tags.0') }}) end as environment,
    case variant when 'state change' then coalesce({{ text_at('check_params.full_url') }}, ('https://my.pingdom.com/app/reports/uptime#check=' || {{ text_at('check_id') }})) end as external_url,
    case variant when 'state change' then {{ seconds_at('state_changed_timestamp') }} when 'listed alert' then {{ seconds_at('time') }} end as source_created_at,
    case variant when 'state change' then {{ seconds_at('state_changed_timestamp') }} when 'listed alert' then {{ seconds_at('time') }} end as resolved_at,
    case variant when 'state change' then jsonb_strip_nulls(jsonb_build_object('check_type', {{ value_at('check_type') }}, 'location', {{ value_at('first_probe.location') }}, 'tags', {{ value_at('tags') }})) when 'listed alert' then jsonb_strip_nulls(jsonb_build_object('via', {{ value_at('via') }})) else '{}'::jsonb end as attributes
from variants
