{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('monte_carlo', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('node.id') }} and ({{ has_value('node.title') }} or {{ has_value('node.status') }})) then 'listed alert'
            when ({{ has_value('incident_id') }} or {{ has_value('alert_id') }} or {{ has_value('payload.incident_id') }} or {{ has_value('payload.alert_id') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('monte_carlo') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'listed alert' then coalesce({{ text_at('node.title') }}, ({{ text_at('node.type') }} || ' ' || {{ text_at('node.id') }})) when 'alert' then coalesce({{ text_at('payload.title') }}, {{ text_at('title') }}, {{ text_at('payload.event_type') }}, {{ text_at('event_type') }}, {{ text_at('type') }}) end as title,
    case variant when 'listed alert' then {{ text_at('node.description') }} when 'alert' then coalesce({{ text_at('payload.description') }}, {{ text_at('description') }}) end as body,
    case variant when 'listed alert' then {{ text_at('node.severity') }} when 'alert' then coalesce({{ text_at('payload.severity') }}, {{ text_at('severity') }}) end as severity_value,
    case variant when 'listed alert' then {{ text_at('node.status') }} when 'alert' then coalesce({{ text_at('payload.status') }}, {{ text_at('status') }}, {{ text_at('payload.feedback') }}, {{ text_at('payload.alert_status') }}) end as status_value,
    case variant when 'listed alert' then coalesce({{ text_at('node.tables.0.fullTableId') }}, {{ text_at('node.tables.0.mcon') }}) when 'alert' then coalesce({{ text_at('payload.tables.0.full_table_id') }}, {{ text_at('payload.full_table_id') }}, {{ text_at('payload.dataset') }}) end as service,
    case variant when 'listed alert' then {{ text_at('node.type') }} when 'alert' then coalesce({{ text_at('payload.event_type') }}, {{ text_at('payload.alert_type') }}, {{ text_at('type') }}) end as error_type,
    case variant when 'listed alert' then coalesce({{ text_at('node.owner.email') }}, {{ text_at('node.owner') }}) when 'alert' then coalesce({{ text_at('payload.owner') }}, {{ text_at('payload.domains.0') }}) end as team,
    null::text as environment,
    case variant when 'listed alert' then coalesce({{ text_at('node.url') }}, ('https://getmontecarlo.com/alerts/' || {{ text_at('node.id') }})) when 'alert' then coalesce({{ text_at('payload.url') }}, {{ text_at('payload.incident_url') }}, {{ text_at('payload.alert_url') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'listed alert' then {{ instant_at('node.createdTime') }} when 'alert' then coalesce({{ instant_at('payload.created_time') }}, {{ instant_at('payload.event_generated_time') }}, {{ instant_at('event_generated_time') }}) end as source_created_at,
    case variant when 'listed alert' then coalesce({{ instant_at('node.updatedTime') }}, {{ instant_at('node.lastUpdatedTime') }}) end as resolved_at,
    '{}'::jsonb as attributes
from variants
