with newest as (

    select
        *,
        row_number() over (same_change order by source_updated_at desc, received_at desc, record_id desc) as age_rank,
        min(received_at) over same_change as ingested_at,
        min(coalesce(changed_at, source_updated_at)) over same_change as first_known_at
    from {{ ref('stg_changes') }}
    where unmappable_reason is null
    window same_change as (partition by workspace_id, source, site, external_id)

),

changes as (

    select
        workspace_id,
        core.change_id(workspace_id, source, external_id, site) as change_id,
        source,
        site,
        external_id,
        connector_id,
        coalesce(change_kind, 'change') as kind,
        left(coalesce(title, 'Change' || coalesce(' of ' || service, '')), 300) as title,
        service,
        environment,
        external_url,
        coalesce(changed_at, first_known_at) as changed_at,
        source_updated_at,
        ingested_at
    from newest
    where age_rank = 1

)

select * from changes
