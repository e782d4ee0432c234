with records as (

    {{ landed('postgresql', shape="kind <> 'normalized_change'") }}

)

{{ product_issue('records', 'postgresql') }}
