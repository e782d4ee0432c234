with records as (

    {{ landed('custom_api', shape='true') }}

)

{{ product_issue('records', 'custom_api') }}
