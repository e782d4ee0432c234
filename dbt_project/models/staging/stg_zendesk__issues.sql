{# Tickets name neither service nor environment; teams that need them put tags such as `service_checkout`. -#}
with records as (

    {{ records_to_process('zendesk') }}

),

issues as (

    select
        {{ record_columns('zendesk') }},
        coalesce({{ text_at('subject') }}, {{ text_at('raw_subject') }}, {{ text_at('description') }}) as title,
        {{ text_at('description') }} as body,
        {{ text_at('priority') }} as severity_value,
        {{ text_at('status') }} as status_value,
        coalesce({{ tag_value(value_at('tags'), 'service|product') }}, {{ text_at('brand_id') }}) as service,
        {{ tag_value(value_at('tags'), 'error') }} as error_type,
        coalesce({{ tag_value(value_at('tags'), 'team') }}, {{ text_at('group_id') }}) as team,
        {{ tag_value(value_at('tags'), 'env|environment') }} as environment,
        regexp_replace({{ text_at('url') }}, '/api/v2/tickets/(\d+)\.json$', '/agent/tickets/\1') as external_url,
        {{ instant_at('created_at') }} as source_created_at,
        case when lower({{ text_at('status') }}) in ('solved', 'closed') then {{ instant_at('updated_at') }} end as resolved_at,
        {{ attributes({
            'tags': value_at('tags'),
            'type': text_at('type'),
            'channel': text_at('via.channel'),
            'organization_id': text_at('organization_id'),
            'region': tag_value(value_at('tags'), 'region'),
        }) }} as attributes
    from records

)

select * from issues
