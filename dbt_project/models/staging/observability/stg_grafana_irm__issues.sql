{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('grafana_irm', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('incidentID') }} and {{ has_value('title') }} and {{ has_value('status') }}) then 'incident'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('grafana_irm') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then {{ text_at('title') }} end as title,
    case variant when 'incident' then coalesce({{ text_at('summary') }}, {{ text_at('description') }}) end as body,
    case variant when 'incident' then coalesce({{ text_at('severityLabel') }}, {{ text_at('severity') }}) end as severity_value,
    case variant when 'incident' then {{ text_at('status') }} end as status_value,
    case variant when 'incident' then coalesce({{ element_at('labels', 'key', 'service', 'label') }}, {{ element_at('labels', 'key', 'service_name', 'label') }}, {{ element_at('labels', 'key', 'app', 'label') }}, {{ tag_at('labels', 'service|service_name|app') }}, {{ text_at('labels.0.label') }}) end as service,
    case variant when 'incident' then {{ text_at('incidentType') }} end as error_type,
    case variant when 'incident' then coalesce({{ element_at('labels', 'key', 'team', 'label') }}, {{ element_at('labels', 'key', 'squad', 'label') }}, {{ tag_at('labels', 'team|squad') }}) end as team,
    case variant when 'incident' then coalesce({{ element_at('labels', 'key', 'environment', 'label') }}, {{ element_at('labels', 'key', 'env', 'label') }}, {{ tag_at('labels', 'environment|env') }}) end as environment,
    case variant when 'incident' then coalesce({{ text_at('incidentUrl') }}, (nullif(config ->> 'base_url', '') || '/a/grafana-irm-app/incidents/' || {{ text_at('incidentID') }}), ('https://grafana.com' || {{ text_at('overviewURL') }})) end as external_url,
    case variant when 'incident' then coalesce({{ instant_at('incidentStart') }}, {{ instant_at('createdTime') }}) end as source_created_at,
    case variant when 'incident' then coalesce({{ instant_at('incidentEnd') }}, {{ instant_at('closedTime') }}, {{ instant_at('modifiedTime') }}) end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('drill', {{ value_at('isDrill') }}, 'type', {{ value_at('incidentType') }})) else '{}'::jsonb end as attributes
from variants
