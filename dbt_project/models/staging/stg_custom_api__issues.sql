with records as (

    {{ landed('custom_api', shape="kind <> 'normalized_change'") }}

)

{{ product_issue('records', 'custom_api') }}
