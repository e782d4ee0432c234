{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('kubernetes', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('reason') }} and ({{ has_value('involvedObject') }} or {{ has_value('regarding') }})) then 'event'
        end as variant
    from records

)

select
    {{ record_columns('kubernetes') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'event' then coalesce(({{ text_at('reason') }} || ': ' || {{ text_at('involvedObject.kind') }} || ' ' || {{ text_at('involvedObject.name') }}), ({{ text_at('reason') }} || ': ' || {{ text_at('regarding.kind') }} || ' ' || {{ text_at('regarding.name') }}), {{ text_at('reason') }}) end as title,
    case variant when 'event' then coalesce({{ text_at('message') }}, {{ text_at('note') }}) end as body,
    case variant when 'event' then {{ text_at('type') }} end as severity_value,
    case variant when 'event' then {{ text_at('type') }} end as status_value,
    case variant when 'event' then coalesce({{ text_at('involvedObject.labels.app\\.kubernetes\\.io/name') }}, {{ text_at('regarding.labels.app\\.kubernetes\\.io/name') }}, {{ text_at('involvedObject.labels.app') }}, {{ text_at('regarding.labels.app') }}, {{ text_at('involvedObject.ownerReferences.0.name') }}, {{ text_at('regarding.ownerReferences.0.name') }}, {{ text_at('involvedObject.name') }}, {{ text_at('regarding.name') }}) end as service,
    case variant when 'event' then {{ text_at('reason') }} end as error_type,
    case variant when 'event' then coalesce({{ text_at('involvedObject.labels.team') }}, {{ text_at('regarding.labels.team') }}, {{ text_at('involvedObject.annotations.team') }}, {{ text_at('regarding.annotations.team') }}) end as team,
    case variant when 'event' then coalesce({{ text_at('clusterName') }}, {{ text_at('involvedObject.labels.environment') }}, {{ text_at('regarding.labels.environment') }}, {{ text_at('involvedObject.labels.env') }}, {{ text_at('regarding.labels.env') }}, {{ text_at('involvedObject.namespace') }}, {{ text_at('regarding.namespace') }}, {{ text_at('metadata.namespace') }}) end as environment,
    null::text as external_url,
    case variant when 'event' then coalesce({{ instant_at('firstTimestamp') }}, {{ instant_at('deprecatedFirstTimestamp') }}, {{ instant_at('eventTime') }}, {{ instant_at('metadata.creationTimestamp') }}, {{ instant_at('lastTimestamp') }}) end as source_created_at,
    case variant when 'event' then coalesce({{ instant_at('series.lastObservedTime') }}, {{ instant_at('lastTimestamp') }}, {{ instant_at('deprecatedLastTimestamp') }}, {{ instant_at('eventTime') }}, {{ instant_at('metadata.creationTimestamp') }}) end as resolved_at,
    case variant when 'event' then jsonb_strip_nulls(jsonb_build_object('count', coalesce(nullif({{ value_at('series.count') }}, 'null'), nullif({{ value_at('count') }}, 'null'), nullif({{ value_at('deprecatedCount') }}, 'null')), 'component', coalesce(nullif({{ value_at('source.component') }}, 'null'), nullif({{ value_at('reportingComponent') }}, 'null'), nullif({{ value_at('reportingController') }}, 'null')), 'node', coalesce(nullif({{ value_at('source.host') }}, 'null'), nullif({{ value_at('deprecatedSource.host') }}, 'null')), 'namespace', coalesce(nullif({{ value_at('involvedObject.namespace') }}, 'null'), nullif({{ value_at('regarding.namespace') }}, 'null')))) else '{}'::jsonb end as attributes
from variants
