with records as (

    {{ landed('custom_api', shape="r.kind = 'normalized' and r.source not in ('custom_api', 'postgresql')", own=false) }}

)

{{ product_issue('records') }}
