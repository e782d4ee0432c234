{# The id of the pipeline run, which is a setting of the database connection. #}
{% macro current_run_id() -%}
    nullif(current_setting('causeloop.run', true), '')
{%- endmacro %}


{# The external records of which the run has claimed a new version, and those of the failed runs that a claimed success of the
   same job is the next success after: it ends them. #}
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
    union
    select failed.workspace_id, failed.source, failed.site, failed.external_id
    from {{ source('raw', 'pending_record') }} as p
    cross join lateral (
        select s.*
        from {{ source('raw', 'mapped_record') }} as s
        where s.workspace_id = p.workspace_id and s.record_id = p.record_id
        offset 0
    ) as succeeded
    cross join lateral (
        select f.workspace_id, f.source, f.site, f.external_id
        from {{ source('raw', 'mapped_record') }} as f
        where f.workspace_id = succeeded.workspace_id
            and f.source = succeeded.source
            and f.site = succeeded.site
            and f.job = succeeded.job
            and not f.is_success
            and f.source_updated_at < succeeded.source_updated_at
            and f.source_updated_at >= coalesce(
                (
                    select max(e.source_updated_at)
                    from {{ source('raw', 'mapped_record') }} as e
                    where e.workspace_id = succeeded.workspace_id
                        and e.source = succeeded.source
                        and e.site = succeeded.site
                        and e.job = succeeded.job
                        and e.is_success
                        and e.source_updated_at < succeeded.source_updated_at
                ),
                '-infinity'
            )
        offset 0
    ) as failed
    where p.run_id = {{ current_run_id() }} and succeeded.is_success
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
        {%- if grown.rows[0][0] -%} select app.analyze_table('{{ this }}', true) {%- endif -%}
    {%- endif -%}
{%- endmacro %}
