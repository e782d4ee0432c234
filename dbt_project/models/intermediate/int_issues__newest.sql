-- The newest version of each issue: of a record, or of one firing of a condition. A partial update (kind `event`) has only
-- some fields: the others are those of the newest full record, and so is its title where it is no more than the id. A recovery
-- ends the issue and changes nothing else.
with versions as (

    select
        *,
        row_number() over by_age as age_rank,
        not first_value(is_partial_update) over records_first as has_full_record,
        {%- call(field) for_each_editable_text() %}
        first_value({{ field }}) over records_first as record_{{ field }},
        {%- endcall %}
        {%- for field in [
            'connector_id', 'title', 'external_url', 'severity', 'status', 'source_created_at', 'attributes'
        ] %}
        first_value({{ field }}) over records_first as record_{{ field }},
        {%- endfor %}
        min(received_at) over same_issue as ingested_at,
        max(source_updated_at) over same_issue as newest_at,
        min(coalesce(source_created_at, source_updated_at)) over same_issue as first_seen_at,
        first_value(is_success) over newest_first as is_succeeded,
        first_value(coalesce(resolved_at, source_updated_at)) over newest_first as succeeded_at
    from (
        select *, (is_ended and identifies = 'condition') or is_success as is_recovery
        from {{ ref('int_issues__firings') }}
        where no_failure is null
    ) as firings
    window
        same_issue as (partition by workspace_id, source, site, external_id, fired_at),
        newest_first as (same_issue order by placed_at desc, source_updated_at desc, received_at desc, record_id desc),
        by_age as (
            same_issue
            order by is_recovery, placed_at desc, source_updated_at desc, received_at desc, record_id desc
        ),
        records_first as (
            same_issue
            order by is_recovery, is_partial_update, placed_at desc, source_updated_at desc, received_at desc, record_id desc
        )

),

newest as (

    select
        versions.workspace_id,
        source,
        site,
        external_id,
        fired_at,
        is_last_firing,
        next_fired_at,
        identifies,
        case when is_partial_update and has_full_record and title = left(external_id, 300) then record_title else title end as title,
        {%- call(field) for_each_editable_text() %}
        coalesce({{ field }}, case when is_partial_update and has_full_record then record_{{ field }} end) as {{ field }},
        {%- endcall %}
        {%- for field in ['connector_id', 'external_url'] %}
        coalesce({{ field }}, case when is_partial_update and has_full_record then record_{{ field }} end) as {{ field }},
        {%- endfor %}
        case when severity_value is null and is_partial_update and has_full_record then record_severity else severity end as severity,
        case
            when firing_ended_at is not null then firing_ended_status
            when is_succeeded or later_success.succeeded_at is not null then 'resolved'
            when status_value is null and is_partial_update and has_full_record then record_status
            else status
        end as status,
        case
            when fired_at is not null then fired_at
            when identifies = 'group' then first_seen_at
            else coalesce(source_created_at, record_source_created_at, first_seen_at)
        end as source_created_at,
        newest_at as source_updated_at,
        case
            when identifies = 'condition' then firing_ended_at
            when is_succeeded then versions.succeeded_at
            else coalesce(later_success.succeeded_at, resolved_at)
        end as resolved_at,
        ingested_at,
        record_id,
        case when is_partial_update and has_full_record then record_attributes else '{}' end || attributes as attributes
    from versions
    -- A run that failed is over with the next success of its job.
    left join lateral (
        select min(coalesce(s.resolved_at, s.source_updated_at)) as succeeded_at
        from {{ source('raw', 'mapped_record') }} as s
        where versions.job is not null
            and not versions.is_succeeded
            and not versions.is_ended
            and s.workspace_id = versions.workspace_id
            and s.source = versions.source
            and s.site = versions.site
            and s.job = versions.job
            and s.is_success
            and s.source_updated_at > versions.placed_at
        offset 0
    ) as later_success on true
    where age_rank = 1

)

select
    workspace_id,
    {{ issue_id_of('newest') }} as issue_id,
    source,
    site,
    external_id,
    fired_at,
    connector_id,
    title,
    {%- call(field) for_each_editable_text() %}
    {{ field }},
    {%- endcall %}
    external_url,
    severity,
    status,
    source_created_at,
    source_updated_at,
    case when status in ('resolved', 'closed') then resolved_at end as resolved_at,
    ingested_at,
    record_id,
    attributes,
    identifies
from newest
