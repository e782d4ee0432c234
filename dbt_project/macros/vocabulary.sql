{# A vendor's word in the product's vocabulary: as the workspace reads it, as the tool means it, as anyone would. #}
{% macro reading(field) -%}
    coalesce(
        own.words ->> (versions.source || ' {{ field }} ' || lower(versions.{{ field }}_value)),
        known.words ->> (versions.source || ' {{ field }} ' || lower(versions.{{ field }}_value)),
        known.words ->> ('any {{ field }} ' || lower(versions.{{ field }}_value))
    )
{%- endmacro %}


{# Whether a value belongs to the product's vocabulary: one that does not must never stop everybody's run. #}
{% macro is_legal(field, value) -%}
    case {{ field }}
        when 'severity' then {{ value }} in ('p1', 'p2', 'p3', 'p4')
        when 'status' then {{ value }} in ('open', 'in_loop', 'mitigating', 'resolved', 'closed')
        when 'title' then length(btrim({{ value }})) between 1 and 300
        else true
    end
{%- endmacro %}


{% test a_word_means_one_thing(model) %}
select source, field, vendor_value
from {{ model }}
group by source, field, vendor_value
having count(*) > 1 or not bool_and({{ is_legal('field', 'value') }}) or vendor_value <> lower(vendor_value)
{% endtest %}
