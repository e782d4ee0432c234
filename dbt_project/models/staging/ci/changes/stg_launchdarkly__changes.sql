{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('launchdarkly', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('date') }} and {{ has_value('kind') }} and ({{ has_value('titleVerb') }} or {{ has_value('title') }} or {{ has_value('description') }})) then 'audit log entry'
        end as variant
    from records

)

select
    {{ record_columns('launchdarkly') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'audit log entry' then case when coalesce(lower({{ text_at('kind') }}) in ('flag', 'segment'), false) then 'feature_flag' else 'config_change' end end as change_kind,
    case variant when 'audit log entry' then coalesce(nullif(concat_ws(' ', coalesce({{ text_at('member.email') }}, {{ text_at('token.name') }}, {{ text_at('app.name') }}), {{ text_at('titleVerb') }}, coalesce({{ text_at('target.name') }}, {{ text_at('name') }})), ''), {{ text_at('title') }}, {{ text_at('shortDescription') }}, {{ text_at('name') }}) end as title,
    case variant when 'audit log entry' then coalesce(nullif(substring(coalesce({{ text_at('target.resources.0') }}, {{ text_at('accesses.0.resource') }}, {{ text_at('parent.resource') }}) from 'proj/([^:;]+)'), ''), {{ text_at('parent.name') }}) end as service,
    case variant when 'audit log entry' then nullif(substring(coalesce({{ text_at('target.resources.0') }}, {{ text_at('accesses.0.resource') }}, {{ text_at('parent.resource') }}) from ':env/([^:;]+)'), '') end as environment,
    case variant when 'audit log entry' then coalesce(('https://app.launchdarkly.com' || {{ text_at('target._links.site.href') }}), ('https://app.launchdarkly.com' || {{ text_at('_links.site.href') }})) end as external_url,
    case variant when 'audit log entry' then {{ milliseconds_at('date') }} end as changed_at
from variants
