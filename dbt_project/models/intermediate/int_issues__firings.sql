-- Every version with the firing that it tells of, where its id names a condition: what fails again and again.
--
-- A firing begins with the start that the payload states, the same in each of its versions; or else with the first failing
-- version that follows a recovery, in the tool's time: gaps and islands. Its end is a recovery, and changes nothing else.
with versions as (

    select
        *,
        status in ('resolved', 'closed') or is_success as is_ended,
        -- What a list no longer holds says nothing of what its id names.
        first_value(identifies) over (
            partition by workspace_id, source, site, external_id
            order by is_absence, source_updated_at desc, received_at desc, record_id desc
        ) as record_identifies,
        bool_and(is_success) over (partition by workspace_id, source, site, external_id) as is_only_success
    from {{ ref('int_issues__mapped') }}
    where unmappable_reason is null

),

placed as (

    select
        *,
        -- A recovery that states the start tells of the whole firing, and one that states its own moment of none.
        case
            when firing_start = 'stated'
                and (not is_ended or source_created_at < coalesce(resolved_at, source_updated_at))
                then source_created_at
        end as stated_start,
        case
            when firing_start = 'changed' and source_created_at is not null
                then case when is_ended then greatest(source_created_at, resolved_at) else source_created_at end
            else source_updated_at
        end as placed_at
    from versions

),

-- Where each version begins to matter; one that states its firing's end as well as its start matters there too.
marks as (

    select
        placed.*,
        coalesce(stated_start, placed_at) as marked_at,
        case when stated_start is null then 2 else 1 end as mark_rank,
        is_ended and stated_start is null as is_end
    from placed
    where record_identifies = 'condition'
    union all
    select
        placed.*,
        coalesce(resolved_at, source_updated_at) as marked_at,
        0 as mark_rank,
        true as is_end
    from placed
    where record_identifies = 'condition' and is_ended and stated_start is not null

),

boundaries as (

    select
        *,
        case
            when mark_rank = 1 then row_number() over (
                partition by workspace_id, source, site, external_id, mark_rank, stated_start order by received_at, record_id
            ) = 1
            when not is_end then lag(is_end, 1, true) over in_time
            else false
        end as is_start
    from marks
    window in_time as (
        partition by workspace_id, source, site, external_id order by marked_at, mark_rank, received_at, record_id
    )

),

numbered as (

    select
        *,
        count(*) filter (where is_start) over (
            partition by workspace_id, source, site, external_id order by marked_at, mark_rank, received_at, record_id
        ) as firing
    from boundaries

),

spanned as (

    select
        *,
        min(marked_at) over same_firing as firing_started_at,
        coalesce(
            min(coalesce(resolved_at, source_updated_at)) filter (where is_ended and stated_start is not null) over same_firing,
            min(case when resolved_at <= placed_at then resolved_at else placed_at end) filter (where is_end) over same_firing
        ) as recovered_at,
        max(greatest(placed_at, source_updated_at)) filter (where not is_ended) over same_firing as last_failed_at,
        max(status) filter (where is_ended) over same_firing as ended_status,
        max(firing) over (partition by workspace_id, source, site, external_id) as last_firing,
        min(marked_at) filter (where is_start) over (
            partition by workspace_id, source, site, external_id order by firing range between 1 following and 1 following
        ) as next_fired_at
    from numbered
    where mark_rank > 0
    window same_firing as (partition by workspace_id, source, site, external_id, firing)

),

firings as (

    select
        *,
        case when firing > 0 then firing_started_at end as fired_at,
        -- One that another has followed is over, although no message says when: it was seen last when it failed last.
        greatest(
            firing_started_at,
            case when recovered_at is null and firing < last_firing then last_failed_at else recovered_at end
        ) as firing_ended_at,
        coalesce(ended_status, 'resolved') as firing_ended_status
    from spanned

)

select
    workspace_id, record_id, source, site, external_id, connector_id, is_partial_update, received_at, placed_at,
    title, severity_value, severity, status_value, status,
    {%- call(field) for_each_editable_text() %}
    {{ field }},
    {%- endcall %}
    external_url, source_created_at, source_updated_at, resolved_at, attributes,
    record_identifies as identifies, occurrences, job, is_success, is_ended,
    fired_at,
    case when firing > 0 and (recovered_at is not null or firing < last_firing) then firing_ended_at end as firing_ended_at,
    case when firing > 0 and (recovered_at is not null or firing < last_firing) then firing_ended_status end as firing_ended_status,
    firing = last_firing as is_last_firing,
    next_fired_at,
    case when firing = 0 then 'a recovery that no failure came before' end as no_failure
from firings
union all
select
    workspace_id, record_id, source, site, external_id, connector_id, is_partial_update, received_at, placed_at,
    title, severity_value, severity, status_value, status,
    {%- call(field) for_each_editable_text() %}
    {{ field }},
    {%- endcall %}
    external_url, source_created_at, source_updated_at, resolved_at, attributes,
    record_identifies as identifies, occurrences, job, is_success, is_ended,
    null as fired_at,
    null as firing_ended_at,
    null as firing_ended_status,
    true as is_last_firing,
    null as next_fired_at,
    case when is_only_success then 'a success of a job' end as no_failure
from placed
where record_identifies <> 'condition' and not is_absence
