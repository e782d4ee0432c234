with records as (

    {{ landed('postgresql', shape='true') }}

)

{{ product_issue('records', 'postgresql') }}
