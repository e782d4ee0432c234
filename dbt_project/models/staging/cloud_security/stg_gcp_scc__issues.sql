{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('gcp_scc', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('finding.name') }} and {{ has_value('finding.category') }}) then 'finding with its resource'
            when ({{ has_value('name') }} and {{ has_value('category') }}) then 'finding'
        end as variant
    from records

)

select
    {{ record_columns('gcp_scc') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'finding with its resource' then {{ text_at('finding.category') }} when 'finding' then {{ text_at('category') }} end as title,
    case variant when 'finding with its resource' then coalesce({{ text_at('finding.description') }}, {{ text_at('finding.sourceProperties.Explanation') }}) when 'finding' then coalesce({{ text_at('description') }}, {{ text_at('sourceProperties.Explanation') }}) end as body,
    case variant when 'finding with its resource' then coalesce({{ text_at('finding.severity') }}, {{ text_at('finding.sourceProperties.SeverityLevel') }}) when 'finding' then coalesce({{ text_at('severity') }}, {{ text_at('sourceProperties.SeverityLevel') }}) end as severity_value,
    case variant when 'finding with its resource' then case when coalesce(lower({{ text_at('finding.mute') }}) in ('muted'), false) then 'MUTED' else {{ text_at('finding.state') }} end when 'finding' then case when coalesce(lower({{ text_at('mute') }}) in ('muted'), false) then 'MUTED' else {{ text_at('state') }} end end as status_value,
    case variant when 'finding with its resource' then coalesce({{ text_at('resource.displayName') }}, {{ text_at('resource.name') }}, {{ text_at('finding.resourceName') }}) when 'finding' then coalesce({{ text_at('resource.displayName') }}, {{ text_at('resource.name') }}, {{ text_at('resourceName') }}) end as service,
    case variant when 'finding with its resource' then coalesce({{ text_at('finding.moduleName') }}, {{ text_at('finding.findingClass') }}, {{ text_at('finding.category') }}) when 'finding' then coalesce({{ text_at('moduleName') }}, {{ text_at('findingClass') }}, {{ text_at('category') }}) end as error_type,
    case variant when 'finding with its resource' then coalesce({{ text_at('resource.projectDisplayName') }}, {{ text_at('resource.gcpMetadata.projectDisplayName') }}) when 'finding' then coalesce({{ text_at('resource.projectDisplayName') }}, {{ text_at('resource.gcpMetadata.projectDisplayName') }}) end as team,
    case variant when 'finding with its resource' then coalesce({{ text_at('resource.folders.0.resourceFolderDisplayName') }}, {{ text_at('resource.parentDisplayName') }}) when 'finding' then coalesce({{ text_at('resource.folders.0.resourceFolderDisplayName') }}, {{ text_at('resource.parentDisplayName') }}) end as environment,
    case variant when 'finding with its resource' then {{ text_at('finding.externalUri') }} when 'finding' then {{ text_at('externalUri') }} end as external_url,
    case variant when 'finding with its resource' then coalesce({{ instant_at('finding.createTime') }}, {{ instant_at('finding.eventTime') }}) when 'finding' then coalesce({{ instant_at('createTime') }}, {{ instant_at('eventTime') }}) end as source_created_at,
    case variant when 'finding with its resource' then {{ instant_at('finding.eventTime') }} when 'finding' then {{ instant_at('eventTime') }} end as resolved_at,
    case variant when 'finding with its resource' then jsonb_strip_nulls(jsonb_build_object('class', {{ value_at('finding.findingClass') }}, 'project', nullif(substring({{ text_at('finding.resourceName') }} from 'projects/([^/]+)'), ''), 'vulnerability', {{ value_at('finding.vulnerability.cve.id') }})) when 'finding' then jsonb_strip_nulls(jsonb_build_object('class', {{ value_at('findingClass') }}, 'project', nullif(substring({{ text_at('resourceName') }} from 'projects/([^/]+)'), ''), 'vulnerability', {{ value_at('vulnerability.cve.id') }})) else '{}'::jsonb end as attributes
from variants
