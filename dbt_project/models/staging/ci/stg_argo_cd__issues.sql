{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('argo_cd', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('sync') and {{ has_value('status.operationState.phase') }} and {{ has_value('metadata.name') }}) then 'failed sync'
            when (kind in ('health') and {{ has_value('status.health.status') }} and {{ has_value('metadata.name') }}) then 'unhealthy application'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('argo_cd') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'failed sync' then nullif(concat_ws(': ', ({{ text_at('metadata.name') }} || ' sync ' || {{ text_at('status.operationState.phase') }}), {{ text_at('status.operationState.message') }}), '') when 'unhealthy application' then nullif(concat_ws(': ', ({{ text_at('metadata.name') }} || ' is ' || {{ text_at('status.health.status') }}), {{ text_at('status.health.message') }}), '') end as title,
    case variant when 'failed sync' then coalesce({{ text_at('status.operationState.message') }}, {{ text_at('status.conditions.0.message') }}) when 'unhealthy application' then coalesce({{ text_at('status.health.message') }}, {{ text_at('status.conditions.0.message') }}) end as body,
    case variant when 'failed sync' then {{ text_at('status.operationState.phase') }} when 'unhealthy application' then {{ text_at('status.health.status') }} end as severity_value,
    case variant when 'failed sync' then {{ text_at('status.operationState.phase') }} when 'unhealthy application' then {{ text_at('status.health.status') }} end as status_value,
    case variant when 'failed sync' then coalesce({{ text_at('metadata.labels.app\\.kubernetes\\.io/name') }}, {{ text_at('metadata.name') }}) when 'unhealthy application' then coalesce({{ text_at('metadata.labels.app\\.kubernetes\\.io/name') }}, {{ text_at('metadata.name') }}) end as service,
    case variant when 'failed sync' then coalesce({{ text_at('status.conditions.0.type') }}, 'sync_failed') when 'unhealthy application' then coalesce({{ text_at('status.conditions.0.type') }}, ('health_' || {{ text_at('status.health.status') }})) end as error_type,
    case variant when 'failed sync' then coalesce({{ text_at('metadata.labels.team') }}, {{ text_at('metadata.annotations.team') }}, {{ text_at('spec.project') }}) when 'unhealthy application' then coalesce({{ text_at('metadata.labels.team') }}, {{ text_at('metadata.annotations.team') }}, {{ text_at('spec.project') }}) end as team,
    case variant when 'failed sync' then coalesce({{ text_at('metadata.labels.environment') }}, {{ text_at('metadata.labels.env') }}, {{ text_at('spec.destination.namespace') }}, {{ text_at('spec.destination.name') }}) when 'unhealthy application' then coalesce({{ text_at('metadata.labels.environment') }}, {{ text_at('metadata.labels.env') }}, {{ text_at('spec.destination.namespace') }}, {{ text_at('spec.destination.name') }}) end as environment,
    case variant when 'failed sync' then coalesce({{ text_at('metadata.annotations.link\\.argocd\\.argoproj\\.io/external-link') }}, (nullif(config ->> 'base_url', '') || '/applications/' || {{ text_at('metadata.name') }})) when 'unhealthy application' then coalesce({{ text_at('metadata.annotations.link\\.argocd\\.argoproj\\.io/external-link') }}, (nullif(config ->> 'base_url', '') || '/applications/' || {{ text_at('metadata.name') }})) end as external_url,
    case variant when 'failed sync' then {{ instant_at('status.operationState.startedAt') }} when 'unhealthy application' then coalesce({{ instant_at('status.health.lastTransitionTime') }}, {{ instant_at('status.reconciledAt') }}) end as source_created_at,
    case variant when 'failed sync' then {{ instant_at('status.operationState.finishedAt') }} when 'unhealthy application' then coalesce({{ instant_at('status.health.lastTransitionTime') }}, {{ instant_at('status.reconciledAt') }}) end as resolved_at,
    case variant when 'failed sync' then jsonb_strip_nulls(jsonb_build_object('revision', coalesce(nullif({{ value_at('status.operationState.syncResult.revision') }}, 'null'), nullif({{ value_at('status.sync.revision') }}, 'null')), 'repository', {{ value_at('spec.source.repoURL') }}, 'project', {{ value_at('spec.project') }})) when 'unhealthy application' then jsonb_strip_nulls(jsonb_build_object('revision', {{ value_at('status.sync.revision') }}, 'sync', {{ value_at('status.sync.status') }}, 'project', {{ value_at('spec.project') }})) else '{}'::jsonb end as attributes
from variants
