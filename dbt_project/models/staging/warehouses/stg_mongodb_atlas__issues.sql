{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('mongodb_atlas', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('eventTypeName') }} and {{ has_value('status') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('mongodb_atlas') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce(({{ text_at('clusterName') }} || ': ' || {{ text_at('humanReadable') }}), {{ text_at('humanReadable') }}, ({{ text_at('eventTypeName') }} || ' ' || {{ text_at('metricName') }} || ' on ' || {{ text_at('hostnameAndPort') }}), ({{ text_at('eventTypeName') }} || ' on ' || {{ text_at('clusterName') }}), {{ text_at('eventTypeName') }}) end as title,
    case variant when 'alert' then coalesce(({{ text_at('metricName') }} || ': ' || {{ text_at('currentValue.number') }} || ' ' || {{ text_at('currentValue.units') }}), {{ text_at('metricName') }}) end as body,
    case variant when 'alert' then coalesce({{ text_at('severity') }}, {{ text_at('eventTypeName') }}) end as severity_value,
    case variant when 'alert' then {{ text_at('status') }} end as status_value,
    case variant when 'alert' then coalesce({{ text_at('clusterName') }}, {{ text_at('replicaSetName') }}, {{ text_at('hostnameAndPort') }}, {{ text_at('groupId') }}) end as service,
    case variant when 'alert' then {{ text_at('eventTypeName') }} end as error_type,
    case variant when 'alert' then {{ text_at('groupId') }} end as team,
    null::text as environment,
    case variant when 'alert' then {{ text_at('links.0.href') }} end as external_url,
    case variant when 'alert' then {{ instant_at('created') }} end as source_created_at,
    case variant when 'alert' then coalesce({{ instant_at('resolved') }}, {{ instant_at('updated') }}) end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('metric', {{ value_at('metricName') }}, 'host', {{ value_at('hostnameAndPort') }}, 'acknowledged_until', {{ value_at('acknowledgedUntil') }})) else '{}'::jsonb end as attributes
from variants
