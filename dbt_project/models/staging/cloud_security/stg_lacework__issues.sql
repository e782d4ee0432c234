{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('lacework', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('alertId') }} and {{ has_value('alertName') }}) then 'alert'
            when ({{ has_value('event_id') }} and {{ has_value('event_title') }}) then 'event of the webhook channel'
        end as variant
    from records

)

select
    {{ record_columns('lacework') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then {{ text_at('alertName') }} when 'event of the webhook channel' then coalesce({{ text_at('event_title') }}, {{ text_at('event_description') }}) end as title,
    case variant when 'alert' then coalesce({{ text_at('alertInfo.description') }}, {{ text_at('alertInfo.subject') }}) when 'event of the webhook channel' then {{ text_at('event_description') }} end as body,
    case variant when 'alert' then {{ text_at('severity') }} when 'event of the webhook channel' then {{ text_at('event_severity') }} end as severity_value,
    case variant when 'alert' then {{ text_at('status') }} end as status_value,
    case variant when 'alert' then coalesce({{ text_at('alertInfo.subject') }}, {{ text_at('derivedFields.source') }}) when 'event of the webhook channel' then coalesce({{ text_at('event_source') }}, {{ text_at('lacework_account') }}) end as service,
    case variant when 'alert' then coalesce({{ text_at('alertType') }}, {{ text_at('derivedFields.sub_category') }}, {{ text_at('derivedFields.category') }}) when 'event of the webhook channel' then {{ text_at('event_type') }} end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'event of the webhook channel' then {{ text_at('event_link') }} end as external_url,
    case variant when 'alert' then {{ instant_at('startTime') }} end as source_created_at,
    case variant when 'alert' then coalesce({{ instant_at('lastUserUpdatedTime') }}, {{ instant_at('endTime') }}) end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('category', {{ value_at('derivedFields.category') }}, 'source', {{ value_at('derivedFields.source') }}, 'policy', {{ value_at('policyId') }}, 'reachability', {{ value_at('reachability') }})) when 'event of the webhook channel' then jsonb_strip_nulls(jsonb_build_object('account', {{ value_at('lacework_account') }}, 'recommendation', {{ value_at('rec_id') }})) else '{}'::jsonb end as attributes
from variants
