{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('snyk', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('event') }} and {{ has_value('created') }}) then 'audit event'
        end as variant
    from records

)

select
    {{ record_columns('snyk') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'audit event' then 'config_change' end as change_kind,
    case variant when 'audit event' then {{ text_at('event') }} end as title,
    case variant when 'audit event' then coalesce({{ text_at('project_name') }}, {{ text_at('projectId') }}, {{ text_at('orgId') }}, {{ text_at('org_id') }}, {{ text_at('groupId') }}, {{ text_at('group_id') }}) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'audit event' then {{ instant_at('created') }} end as changed_at
from variants
