{# Whether a value is one of the product's: an invalid one must never stop the run for every workspace. #}
{% macro is_valid_value(field, value) -%}
    case {{ field }}
        when 'severity' then {{ value }} in ('p1', 'p2', 'p3', 'p4')
        when 'status' then {{ value }} in ('open', 'in_loop', 'mitigating', 'resolved', 'closed')
        when 'title' then length(btrim({{ value }})) between 1 and 300
        else true
    end
{%- endmacro %}


{% test each_value_has_one_meaning(model) %}
select source, field, vendor_value
from {{ model }}
group by source, field, vendor_value
having count(*) > 1 or not bool_and({{ is_valid_value('field', 'value') }}) or vendor_value <> lower(vendor_value)
{% endtest %}
