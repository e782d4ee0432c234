{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('trello', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and {{ has_value('name') }} and ({{ has_value('idBoard') }} or {{ has_value('closed') }} or {{ has_value('shortLink') }})) then 'card'
        end as variant
    from records

)

select
    {{ record_columns('trello') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'card' then {{ text_at('name') }} end as title,
    case variant when 'card' then {{ text_at('desc') }} end as body,
    case variant when 'card' then {{ severity_label_at('labels') }} end as severity_value,
    case variant when 'card' then case when coalesce(lower({{ text_at('closed') }}) in ('true'), false) then 'closed' else case when coalesce(lower({{ text_at('dueComplete') }}) in ('true'), false) then 'completed' else 'open' end end end as status_value,
    case variant when 'card' then coalesce({{ tag_at('labels', 'service|component') }}, {{ text_at('board_name') }}, {{ text_at('idBoard') }}) end as service,
    null::text as error_type,
    case variant when 'card' then coalesce({{ tag_at('labels', 'team') }}, {{ text_at('list.name') }}, {{ text_at('idList') }}) end as team,
    case variant when 'card' then {{ tag_at('labels', 'env|environment') }} end as environment,
    case variant when 'card' then coalesce({{ text_at('url') }}, {{ text_at('shortUrl') }}, ('https://trello.com/c/' || {{ text_at('shortLink') }})) end as external_url,
    case variant when 'card' then coalesce({{ instant_at('date') }}, {{ instant_at('event_at') }}, {{ instant_at('dateLastActivity') }}) end as source_created_at,
    case variant when 'card' then {{ instant_at('dateLastActivity') }} end as resolved_at,
    case variant when 'card' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('idShort') }}, 'labels', {{ value_at('labels') }}, 'due', {{ value_at('due') }})) else '{}'::jsonb end as attributes
from variants
