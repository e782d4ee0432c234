{% if not var('rebuild') %}
with touched as materialized (

    {{ touched_records() }}

)
{% endif %}
select versions.*
from {{ ref('int_issues__mapped') }} as versions
{%- if not var('rebuild') %}
inner join touched using (workspace_id, source, external_id)
{%- endif %}
where versions.source in ({{ sources_read() }}) and versions.unmappable_because is null
