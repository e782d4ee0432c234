{# An incident of the API has `attributes`; the webhook's template is flat, with all tags in one text. -#}
with records as (

    {{ records_to_process('datadog') }}

),

with_tags as (

    select
        records.*,
        to_jsonb(string_to_array({{ text_at('tags') }}, ',')) as tags,
        'https://app.' || coalesce(connector.config ->> 'site', 'datadoghq.com') || '/incidents/' as site
    from records
    left join {{ source('app', 'connector') }} as connector
        on connector.workspace_id = records.workspace_id and connector.connector_id = records.connector_id

),

issues as (

    select
        {{ record_columns('datadog') }},
        coalesce({{ text_at('attributes.title') }}, {{ text_at('title') }}) as title,
        coalesce({{ text_at('attributes.fields.summary.value') }}, {{ text_at('message') }}) as body,
        coalesce(
            {{ text_at('attributes.severity') }}, {{ text_at('attributes.fields.severity.value') }}, {{ text_at('severity') }}
        ) as severity_value,
        coalesce({{ text_at('attributes.state') }}, {{ text_at('attributes.fields.state.value') }}, {{ text_at('state') }})
            as status_value,
        coalesce({{ text_at('attributes.fields.services.value.0') }}, {{ tag_value('tags', 'service') }}) as service,
        null::text as error_type,
        coalesce({{ text_at('attributes.fields.teams.value.0') }}, {{ tag_value('tags', 'team') }}) as team,
        coalesce({{ text_at('attributes.fields.env.value.0') }}, {{ tag_value('tags', 'env') }}) as environment,
        coalesce({{ text_at('url') }}, site || {{ text_at('attributes.public_id') }}) as external_url,
        {{ instant_at('attributes.created') }} as source_created_at,
        {{ instant_at('attributes.resolved') }} as resolved_at,
        {{ attributes({
            'public_id': "coalesce(" ~ text_at('attributes.public_id') ~ ", " ~ text_at('public_id') ~ ")",
            'region': tag_value('tags', 'region'),
            'root_cause': text_at('attributes.fields.root_cause.value'),
            'customer_impacted': value_at('attributes.customer_impacted'),
        }) }} as attributes
    from with_tags

)

select * from issues
