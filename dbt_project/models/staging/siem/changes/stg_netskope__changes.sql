{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('netskope', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('audit_log_event') }} then 'administrator action'
        end as variant
    from records

)

select
    {{ record_columns('netskope') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'administrator action' then 'config_change' end as change_kind,
    case variant when 'administrator action' then {{ text_at('audit_log_event') }} end as title,
    case variant when 'administrator action' then coalesce({{ text_at('supporting_data.data_type') }}, {{ text_at('type') }}) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'administrator action' then coalesce(coalesce({{ seconds_at('timestamp') }}, {{ seconds_at('_insertion_epoch_timestamp') }}), {{ instant_at('timestamp') }}) end as changed_at
from variants
