{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('appomni', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('appomni.event.id') }} and ({{ has_value('rule.name') }} or {{ has_value('message') }})) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('appomni') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce({{ text_at('rule.name') }}, {{ text_at('message') }}) end as title,
    case variant when 'alert' then {{ text_at('message') }} end as body,
    case variant when 'alert' then ('level ' || {{ text_at('event.severity') }}) end as severity_value,
    case variant when 'alert' then coalesce({{ text_at('appomni.alert.status') }}, {{ text_at('appomni.status') }}) end as status_value,
    case variant when 'alert' then coalesce({{ text_at('appomni.service.name') }}, {{ text_at('related.services.name.0') }}, {{ text_at('related.services.type.0') }}, {{ text_at('appomni.service.type') }}) end as service,
    case variant when 'alert' then coalesce({{ text_at('rule.threat.technique.id.0') }}, {{ text_at('rule.threat.technique.name.0') }}, {{ text_at('rule.name') }}) end as error_type,
    null::text as team,
    case variant when 'alert' then {{ text_at('appomni.alert.channel') }} end as environment,
    case variant when 'alert' then coalesce({{ text_at('rule.reference') }}, {{ text_at('event.url') }}) end as external_url,
    case variant when 'alert' then coalesce({{ instant_at('@timestamp') }}, {{ instant_at('timestamp') }}, {{ instant_at('event.created') }}) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('tactic', {{ value_at('rule.threat.tactic.name.0') }}, 'rule', {{ value_at('rule.uuid') }}, 'users', {{ value_at('related.user') }}, 'organization', {{ value_at('appomni.organization.id') }})) else '{}'::jsonb end as attributes
from variants
