{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('proofpoint', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('messageTime') }} and ({{ has_value('subject') }} or {{ has_value('sender') }} or {{ has_value('threatsInfoMap') }})) then 'message'
            when ({{ has_value('clickTime') }} and ({{ has_value('threatID') }} or {{ has_value('url') }} or {{ has_value('threatURL') }})) then 'click'
        end as variant
    from records

)

select
    {{ record_columns('proofpoint') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'message' then coalesce({{ text_at('subject') }}, ('Message from ' || {{ text_at('sender') }}), ('Message from ' || {{ text_at('fromAddress.0') }})) when 'click' then coalesce(({{ text_at('classification') }} || ' link clicked by ' || {{ text_at('recipient') }}), ('Link clicked by ' || {{ text_at('recipient') }})) end as title,
    case variant when 'message' then nullif(concat_ws(' · ', {{ text_at('threatsInfoMap.0.classification') }}, {{ text_at('threatsInfoMap.0.threatType') }}, {{ text_at('threatsInfoMap.0.threat') }}), '') when 'click' then {{ text_at('url') }} end as body,
    case variant when 'message' then coalesce(case when case when {{ text_at('malwareScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('malwareScore') }})::numeric end >= 90 then 'critical' end, case when case when {{ text_at('phishScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('phishScore') }})::numeric end >= 90 then 'critical' end, case when case when {{ text_at('impostorScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('impostorScore') }})::numeric end >= 90 then 'critical' end, case when case when {{ text_at('malwareScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('malwareScore') }})::numeric end >= 70 then 'high' end, case when case when {{ text_at('phishScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('phishScore') }})::numeric end >= 70 then 'high' end, case when case when {{ text_at('impostorScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('impostorScore') }})::numeric end >= 70 then 'high' end, case when case when {{ text_at('malwareScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('malwareScore') }})::numeric end >= 40 then 'medium' end, case when case when {{ text_at('phishScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('phishScore') }})::numeric end >= 40 then 'medium' end, case when case when {{ text_at('impostorScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('impostorScore') }})::numeric end >= 40 then 'medium' end, case when case when {{ text_at('spamScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('spamScore') }})::numeric end >= 40 then 'medium' end, case when case when {{ text_at('malwareScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('malwareScore') }})::numeric end >= 0 then 'low' end, case when case when {{ text_at('phishScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('phishScore') }})::numeric end >= 0 then 'low' end, case when case when {{ text_at('impostorScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('impostorScore') }})::numeric end >= 0 then 'low' end, case when case when {{ text_at('spamScore') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('spamScore') }})::numeric end >= 0 then 'low' end) when 'click' then {{ text_at('classification') }} end as severity_value,
    case variant when 'message' then case when kind in ('blocked_message') then 'blocked' else case when {{ has_value('quarantineFolder') }} then 'quarantined' else {{ text_at('threatsInfoMap.0.threatStatus') }} end end when 'click' then case when kind in ('blocked_click') then 'blocked' else {{ text_at('threatStatus') }} end end as status_value,
    case variant when 'message' then coalesce({{ text_at('recipient.0') }}, {{ text_at('toAddresses.0') }}, {{ text_at('recipient') }}) when 'click' then {{ text_at('recipient') }} end as service,
    case variant when 'message' then coalesce({{ text_at('threatsInfoMap.0.classification') }}, {{ text_at('quarantineRule') }}, {{ text_at('threatsInfoMap.0.threatType') }}) when 'click' then {{ text_at('classification') }} end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'message' then {{ text_at('threatsInfoMap.0.threatUrl') }} when 'click' then coalesce({{ text_at('threatURL') }}, {{ text_at('threatUrl') }}) end as external_url,
    case variant when 'message' then {{ instant_at('messageTime') }} when 'click' then coalesce({{ instant_at('clickTime') }}, {{ instant_at('threatTime') }}) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'message' then jsonb_strip_nulls(jsonb_build_object('sender', coalesce(nullif({{ value_at('sender') }}, 'null'), nullif({{ value_at('fromAddress.0') }}, 'null')), 'campaign', {{ value_at('threatsInfoMap.0.campaignID') }}, 'quarantine_folder', {{ value_at('quarantineFolder') }})) when 'click' then jsonb_strip_nulls(jsonb_build_object('sender', {{ value_at('sender') }}, 'campaign', {{ value_at('campaignId') }}, 'ip', {{ value_at('clickIP') }})) else '{}'::jsonb end as attributes
from variants
