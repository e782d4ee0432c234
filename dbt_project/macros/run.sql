{# The id of the pipeline run, which is a setting of the database connection. #}
{% macro current_run_id() -%}
    nullif(current_setting('causeloop.run', true), '')
{%- endmacro %}


{# The external records of which the run has claimed a new version. #}
{% macro changed_records() -%}
    select distinct p.workspace_id, p.source, r.site, r.external_id
    from {{ source('raw', 'pending_record') }} as p
    cross join lateral (
        select r.site, r.external_id
        from {{ source('raw', 'record') }} as r
        where r.workspace_id = p.workspace_id and r.record_id = p.record_id
        offset 0
    ) as r
    where p.run_id = {{ current_run_id() }}
{%- endmacro %}


{# All versions of the external records of which the run has claimed a new one: an issue is a function of all versions,
   so that a rebuild gives the same as syncs in any order. `offset 0` keeps each lookup one of an index: of a young table
   the planner knows nothing, and would compare each claimed record with every stored one. #}
{% macro changed_versions(changes) -%}
    select
        {%- for column in model.columns %}
        m.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ({{ changed_records() }}) as changed
    cross join lateral (
        select m.*
        from {{ source('raw', 'mapped_record') }} as m
        where m.workspace_id = changed.workspace_id
            and m.source = changed.source
            and m.external_id = changed.external_id
            and m.site = changed.site
        offset 0
    ) as m
    where {{ 'not ' if not changes }}m.is_change
{%- endmacro %}


{# Analyzes the model's table when it has more than doubled: of a table that has just grown the planner believes that every
   index finds one row, and the checks that follow would compare each new row with every stored one. #}
{% macro analyze_grown() -%}
    {%- if execute -%}
        {%- set grown = run_query(
            "select pg_relation_size(oid) / current_setting('block_size')::int > 2 * relpages + 4 from pg_class where oid = '"
            ~ this ~ "'::regclass"
        ) -%}
        {%- if grown.rows[0][0] -%} analyze (skip_locked) {{ this }} {%- endif -%}
    {%- endif -%}
{%- endmacro %}
