{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('datadog_security', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('attributes.attributes.custom.finding_id') }} or {{ has_value('attributes.evaluation') }}) then 'finding'
            when ({{ has_value('attributes.message') }} and ({{ has_value('attributes.custom') }} or {{ has_value('attributes.attributes') }} or coalesce(lower({{ text_at('type') }}) in ('signal'), false))) then 'signal'
            when ({{ has_value('signal_id') }} and {{ has_value('title') }}) then 'signal of our template'
        end as variant
    from records

)

select
    {{ record_columns('datadog_security') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'finding' then coalesce({{ text_at('attributes.attributes.custom.title') }}, {{ text_at('attributes.attributes.custom.rule.name') }}, {{ text_at('attributes.rule.name') }}) when 'signal' then coalesce({{ text_at('attributes.custom.title') }}, {{ text_at('attributes.attributes.custom.title') }}, {{ text_at('attributes.custom.workflow.rule.name') }}, {{ text_at('attributes.attributes.custom.workflow.rule.name') }}, {{ text_at('attributes.message') }}) when 'signal of our template' then {{ text_at('title') }} end as title,
    case variant when 'finding' then {{ text_at('attributes.attributes.custom.description') }} when 'signal' then {{ text_at('attributes.message') }} when 'signal of our template' then {{ text_at('message') }} end as body,
    case variant when 'finding' then coalesce({{ text_at('attributes.attributes.custom.severity') }}, {{ text_at('attributes.status') }}) when 'signal' then coalesce({{ text_at('attributes.custom.severity') }}, {{ text_at('attributes.attributes.custom.severity') }}, {{ text_at('attributes.severity') }}, {{ text_at('attributes.status') }}) when 'signal of our template' then {{ text_at('severity') }} end as severity_value,
    case variant when 'finding' then case when coalesce(lower(coalesce({{ text_at('attributes.attributes.custom.workflow.mute.is_muted') }}, {{ text_at('attributes.mute.muted') }})) in ('true'), false) then 'muted' else coalesce({{ text_at('attributes.attributes.custom.status') }}, {{ text_at('attributes.evaluation') }}) end when 'signal' then coalesce({{ text_at('attributes.custom.workflow.triage.state') }}, {{ text_at('attributes.attributes.custom.workflow.triage.state') }}, {{ text_at('attributes.custom.triage.state') }}) end as status_value,
    case variant when 'finding' then coalesce({{ tag_at('attributes.tags', 'service') }}, {{ text_at('attributes.attributes.custom.resource_name') }}, {{ text_at('attributes.resource') }}) when 'signal' then coalesce({{ tag_at('attributes.tags', 'service') }}, {{ text_at('attributes.service') }}, {{ tag_at('attributes.tags', 'host') }}, {{ tag_at('attributes.tags', 'source') }}) when 'signal of our template' then {{ tag_at('tags', 'service|host|source') }} end as service,
    case variant when 'finding' then coalesce({{ text_at('attributes.attributes.custom.rule.id') }}, {{ text_at('attributes.attributes.custom.finding_type') }}, {{ text_at('attributes.rule.id') }}) when 'signal' then coalesce({{ tag_at('attributes.tags', 'technique') }}, {{ tag_at('attributes.tags', 'tactic') }}, {{ text_at('attributes.custom.workflow.rule.id') }}, {{ text_at('attributes.attributes.custom.workflow.rule.id') }}) when 'signal of our template' then coalesce({{ text_at('rule_id') }}, {{ text_at('rule_name') }}) end as error_type,
    case variant when 'finding' then {{ tag_at('attributes.tags', 'team') }} when 'signal' then {{ tag_at('attributes.tags', 'team') }} when 'signal of our template' then {{ tag_at('tags', 'team') }} end as team,
    case variant when 'finding' then {{ tag_at('attributes.tags', 'env') }} when 'signal' then {{ tag_at('attributes.tags', 'env') }} when 'signal of our template' then {{ tag_at('tags', 'env') }} end as environment,
    case variant when 'signal of our template' then {{ text_at('link') }} end as external_url,
    case variant when 'finding' then coalesce({{ milliseconds_at('attributes.attributes.custom.first_seen_at') }}, coalesce({{ milliseconds_at('attributes.timestamp') }}, {{ milliseconds_at('attributes.evaluation_changed_at') }}), {{ instant_at('attributes.timestamp') }}) when 'signal' then coalesce({{ milliseconds_at('attributes.timestamp') }}, {{ instant_at('attributes.timestamp') }}) when 'signal of our template' then {{ milliseconds_at('date') }} end as source_created_at,
    case variant when 'finding' then {{ milliseconds_at('attributes.attributes.custom.detection_changed_at') }} end as resolved_at,
    case variant when 'finding' then jsonb_strip_nulls(jsonb_build_object('finding_type', {{ value_at('attributes.attributes.custom.finding_type') }}, 'resource_type', {{ value_at('attributes.attributes.custom.resource_type') }})) when 'signal' then jsonb_strip_nulls(jsonb_build_object('tags', {{ value_at('attributes.tags') }})) else '{}'::jsonb end as attributes
from variants
