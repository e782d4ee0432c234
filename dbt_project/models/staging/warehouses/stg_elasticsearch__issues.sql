{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('elasticsearch', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('_source') }} and ({{ has_value('_id') }} or {{ has_value('_index') }})) then 'document'
        end as variant
    from records

)

select
    {{ record_columns('elasticsearch') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'document' then coalesce({{ text_at('_source.error.message') }}, {{ text_at('_source.error\\.message') }}, {{ text_at('_source.message') }}, {{ text_at('_source.title') }}, ({{ text_at('_index') }} || ': document ' || {{ text_at('_id') }})) end as title,
    case variant when 'document' then coalesce({{ text_at('_source.error.stack_trace') }}, {{ text_at('_source.error\\.stack_trace') }}, {{ text_at('_source.event.original') }}, {{ text_at('_source.message') }}) end as body,
    case variant when 'document' then coalesce({{ text_at('_source.log\\.level') }}, {{ text_at('_source.log.level') }}, {{ text_at('_source.level') }}, {{ text_at('_source.severity') }}) end as severity_value,
    case variant when 'document' then coalesce({{ text_at('_source.status') }}, case when {{ has_value('_source') }} then 'failed' else null::text end) end as status_value,
    case variant when 'document' then coalesce({{ text_at('_source.service\\.name') }}, {{ text_at('_source.service.name') }}, {{ text_at('_source.service') }}, {{ text_at('_source.host.name') }}) end as service,
    case variant when 'document' then coalesce({{ text_at('_source.error\\.type') }}, {{ text_at('_source.error.type') }}, {{ text_at('_source.error.code') }}) end as error_type,
    case variant when 'document' then coalesce({{ text_at('_source.labels.team') }}, {{ tag_at('_source.tags', 'team') }}) end as team,
    case variant when 'document' then coalesce({{ text_at('_source.service\\.environment') }}, {{ text_at('_source.service.environment') }}, {{ text_at('_source.labels.env') }}) end as environment,
    null::text as external_url,
    case variant when 'document' then {{ instant_at('_source.@timestamp') }} end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'document' then jsonb_strip_nulls(jsonb_build_object('index', {{ value_at('_index') }}, 'host', {{ value_at('_source.host.name') }}, 'trace', {{ value_at('_source.trace.id') }})) else '{}'::jsonb end as attributes
from variants
