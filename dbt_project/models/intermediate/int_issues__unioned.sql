{% for connector in var('connectors') + ['ingested'] -%}
select * from {{ ref('stg_' ~ connector ~ '__issues') }}
{{ 'union all' if not loop.last }}
{% endfor %}
