{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('salesforce', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('Id') }} and {{ has_value('CreatedDate') }}) then 'case'
            when ({{ has_value('id') }} and {{ has_value('created_date') }}) then 'replicated case'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('salesforce') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'case' then coalesce({{ text_at('Subject') }}, ('Case ' || {{ text_at('CaseNumber') }})) when 'replicated case' then coalesce({{ text_at('subject') }}, ('Case ' || {{ text_at('case_number') }})) end as title,
    case variant when 'case' then nullif({{ text_at('Description') }}, {{ text_at('Subject') }}) when 'replicated case' then nullif({{ text_at('description') }}, {{ text_at('subject') }}) end as body,
    case variant when 'case' then {{ text_at('Priority') }} when 'replicated case' then {{ text_at('priority') }} end as severity_value,
    case variant when 'case' then {{ text_at('Status') }} when 'replicated case' then {{ text_at('status') }} end as status_value,
    case variant when 'case' then coalesce({{ text_at('Product.Name') }}, {{ text_at('Product__c') }}, {{ text_at('Type') }}) when 'replicated case' then coalesce({{ text_at('product_name') }}, {{ text_at('type') }}) end as service,
    case variant when 'case' then {{ text_at('Reason') }} when 'replicated case' then {{ text_at('reason') }} end as error_type,
    case variant when 'case' then coalesce({{ text_at('Owner.Name') }}, {{ text_at('OwnerId') }}) when 'replicated case' then coalesce({{ text_at('owner_name') }}, {{ text_at('owner_id') }}) end as team,
    case variant when 'case' then {{ text_at('Environment__c') }} end as environment,
    case variant when 'case' then coalesce((nullif(config ->> 'base_url', '') || '/lightning/r/Case/' || {{ text_at('Id') }} || '/view'), {{ text_at('attributes.url') }}) end as external_url,
    case variant when 'case' then {{ instant_at('CreatedDate') }} when 'replicated case' then {{ instant_at('created_date') }} end as source_created_at,
    case variant when 'case' then coalesce({{ instant_at('ClosedDate') }}, {{ instant_at('LastModifiedDate') }}) when 'replicated case' then coalesce({{ instant_at('closed_date') }}, {{ instant_at('last_modified_date') }}) end as resolved_at,
    case variant when 'case' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('CaseNumber') }}, 'origin', {{ value_at('Origin') }}, 'account', coalesce(nullif({{ value_at('Account.Name') }}, 'null'), nullif({{ value_at('AccountId') }}, 'null')), 'escalated', {{ value_at('IsEscalated') }})) when 'replicated case' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('case_number') }}, 'origin', {{ value_at('origin') }}, 'account', {{ value_at('account_id') }})) else '{}'::jsonb end as attributes
from variants
