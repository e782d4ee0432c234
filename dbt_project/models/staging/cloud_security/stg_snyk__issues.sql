{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('snyk', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('attributes.title') }} and {{ has_value('attributes.key') }}) then 'issue'
            when ({{ has_value('issueData.title') }} and {{ has_value('id') }}) then 'issue of a snapshot'
            when ({{ has_value('issue.title') }} and {{ has_value('issue.severity') }}) then 'issue of the reporting API'
        end as variant
    from records

)

select
    {{ record_columns('snyk') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'issue' then {{ text_at('attributes.title') }} when 'issue of a snapshot' then {{ text_at('issueData.title') }} when 'issue of the reporting API' then {{ text_at('issue.title') }} end as title,
    case variant when 'issue' then coalesce({{ text_at('attributes.description') }}, {{ text_at('attributes.problems.0.id') }}) when 'issue of a snapshot' then {{ text_at('issueData.description') }} end as body,
    case variant when 'issue' then {{ text_at('attributes.effective_severity_level') }} when 'issue of a snapshot' then coalesce({{ text_at('issueData.severity') }}, {{ text_at('severity') }}) when 'issue of the reporting API' then {{ text_at('issue.severity') }} end as severity_value,
    case variant when 'issue' then case when coalesce(lower({{ text_at('attributes.ignored') }}) in ('true'), false) then 'ignored' else {{ text_at('attributes.status') }} end when 'issue of a snapshot' then case when {{ has_value('removed_from_project') }} then 'removed' else case when coalesce(lower({{ text_at('isIgnored') }}) in ('true'), false) then 'ignored' else case when (coalesce(lower({{ text_at('isFixed') }}) in ('true'), false) or coalesce(lower({{ text_at('isPatched') }}) in ('true'), false)) then 'fixed' else 'new' end end end when 'issue of the reporting API' then case when coalesce(lower({{ text_at('isFixed') }}) in ('true'), false) then 'fixed' else case when coalesce(lower({{ text_at('issue.isIgnored') }}) in ('true'), false) then 'ignored' else 'open' end end end as status_value,
    case variant when 'issue' then coalesce({{ text_at('attributes.coordinates.0.representations.0.dependency.package_name') }}, {{ text_at('relationships.scan_item.data.id') }}) when 'issue of a snapshot' then coalesce({{ text_at('project_name') }}, {{ text_at('pkgName') }}) when 'issue of the reporting API' then coalesce({{ text_at('project.name') }}, {{ text_at('projects.0.name') }}, {{ text_at('issue.package') }}) end as service,
    case variant when 'issue' then coalesce({{ text_at('attributes.classes.0.id') }}, {{ text_at('attributes.problems.0.id') }}, {{ text_at('attributes.type') }}) when 'issue of a snapshot' then coalesce({{ text_at('issueData.identifiers.CWE.0') }}, {{ text_at('issueData.id') }}, {{ text_at('issueType') }}) when 'issue of the reporting API' then coalesce({{ text_at('issue.identifiers.CWE.0') }}, {{ text_at('issue.id') }}, {{ text_at('issue.type') }}) end as error_type,
    case variant when 'issue' then {{ text_at('relationships.organization.data.id') }} when 'issue of a snapshot' then coalesce({{ text_at('organization_name') }}, {{ text_at('group_name') }}) end as team,
    case variant when 'issue of a snapshot' then {{ text_at('project_environment') }} end as environment,
    case variant when 'issue' then {{ text_at('attributes.problems.0.url') }} when 'issue of a snapshot' then {{ text_at('issueData.url') }} when 'issue of the reporting API' then coalesce({{ text_at('issue.url') }}, {{ text_at('project.url') }}, {{ text_at('projects.0.url') }}) end as external_url,
    case variant when 'issue' then {{ instant_at('attributes.created_at') }} when 'issue of a snapshot' then coalesce({{ instant_at('introducedDate') }}, {{ instant_at('issueData.publicationTime') }}) when 'issue of the reporting API' then coalesce({{ instant_at('introducedDate') }}, {{ instant_at('issue.disclosureTime') }}) end as source_created_at,
    case variant when 'issue' then coalesce({{ instant_at('attributes.resolution.resolved_at') }}, {{ instant_at('attributes.updated_at') }}) when 'issue of the reporting API' then {{ instant_at('fixedDate') }} end as resolved_at,
    case variant when 'issue' then jsonb_strip_nulls(jsonb_build_object('type', {{ value_at('attributes.type') }}, 'tool', {{ value_at('attributes.tool') }}, 'problems', {{ value_at('attributes.problems') }})) when 'issue of a snapshot' then jsonb_strip_nulls(jsonb_build_object('package', {{ value_at('pkgName') }}, 'versions', {{ value_at('pkgVersions') }})) else '{}'::jsonb end as attributes
from variants
