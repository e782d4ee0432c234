{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('kubernetes', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('reason') }} and ({{ has_value('involvedObject') }} or {{ has_value('regarding') }})) then 'rollout'
        end as variant
    from records

)

select
    {{ record_columns('kubernetes') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'rollout' then 'deploy' end as change_kind,
    case variant when 'rollout' then coalesce(({{ text_at('involvedObject.name') }} || ': ' || {{ text_at('message') }}), ({{ text_at('regarding.name') }} || ': ' || {{ text_at('note') }}), {{ text_at('message') }}, {{ text_at('note') }}) end as title,
    case variant when 'rollout' then coalesce({{ text_at('involvedObject.labels.app\\.kubernetes\\.io/name') }}, {{ text_at('regarding.labels.app\\.kubernetes\\.io/name') }}, {{ text_at('involvedObject.labels.app') }}, {{ text_at('regarding.labels.app') }}, {{ text_at('involvedObject.ownerReferences.0.name') }}, {{ text_at('regarding.ownerReferences.0.name') }}, {{ text_at('involvedObject.name') }}, {{ text_at('regarding.name') }}) end as service,
    case variant when 'rollout' then coalesce({{ text_at('clusterName') }}, {{ text_at('involvedObject.namespace') }}, {{ text_at('regarding.namespace') }}, nullif(substring({{ text_at('metadata.namespace') }} from '.+'), '')) end as environment,
    null::text as external_url,
    case variant when 'rollout' then coalesce({{ instant_at('series.lastObservedTime') }}, {{ instant_at('lastTimestamp') }}, {{ instant_at('deprecatedLastTimestamp') }}, {{ instant_at('eventTime') }}, {{ instant_at('metadata.creationTimestamp') }}) end as changed_at
from variants
