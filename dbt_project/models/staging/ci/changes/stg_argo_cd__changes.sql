{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('argo_cd', shape="kind = 'change'") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('status.operationState.phase') }} and {{ has_value('metadata.name') }}) then 'sync'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('argo_cd') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'sync' then 'deploy' end as change_kind,
    case variant when 'sync' then nullif(concat_ws(' to ', ({{ text_at('metadata.name') }} || ' synced'), coalesce({{ text_at('status.operationState.syncResult.revision') }}, {{ text_at('status.summary.images.0') }})), '') end as title,
    case variant when 'sync' then coalesce({{ text_at('metadata.labels.app\\.kubernetes\\.io/name') }}, {{ text_at('metadata.name') }}) end as service,
    case variant when 'sync' then coalesce({{ text_at('metadata.labels.environment') }}, {{ text_at('metadata.labels.env') }}, {{ text_at('spec.destination.namespace') }}, {{ text_at('spec.destination.name') }}) end as environment,
    case variant when 'sync' then coalesce({{ text_at('metadata.annotations.link\\.argocd\\.argoproj\\.io/external-link') }}, (nullif(config ->> 'base_url', '') || '/applications/' || {{ text_at('metadata.name') }})) end as external_url,
    case variant when 'sync' then coalesce({{ instant_at('status.operationState.finishedAt') }}, {{ instant_at('status.operationState.startedAt') }}) end as changed_at
from variants
