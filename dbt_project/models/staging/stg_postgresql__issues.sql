with records as (

    {{ records_to_process('postgresql', shape="kind <> 'normalized_change'") }}

),

issues as (

    {{ product_issue('records', 'postgresql') }}

)

select * from issues
