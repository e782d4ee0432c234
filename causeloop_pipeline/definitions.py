"""The whole product as Dagster sees it; the only module that Dagster loads."""

import dagster as dg

from causeloop_pipeline.orchestration.instance.garbage_collection import pause_garbage_collection

# Every run begins with this import: a fifth of it was the search for garbage.
with pause_garbage_collection():
    from causeloop_pipeline.orchestration.assets.alerts import alerts
    from causeloop_pipeline.orchestration.assets.clusters import clusters
    from causeloop_pipeline.orchestration.assets.fingerprints import fingerprints
    from causeloop_pipeline.orchestration.assets.landing import landing_assets
    from causeloop_pipeline.orchestration.assets.normalization import normalization_assets
    from causeloop_pipeline.orchestration.assets.outcomes import outcomes
    from causeloop_pipeline.orchestration.assets.patterns import patterns
    from causeloop_pipeline.orchestration.assets.predictions import predictions
    from causeloop_pipeline.orchestration.assets.proofs import proofs
    from causeloop_pipeline.orchestration.assets.recommendations import recommendations
    from causeloop_pipeline.orchestration.assets.risk import risk
    from causeloop_pipeline.orchestration.checks import CHECKS
    from causeloop_pipeline.orchestration.connected_types import read_connected_types
    from causeloop_pipeline.orchestration.dbt_manifest import find_manifest
    from causeloop_pipeline.orchestration.instance.log_options import configure_run_logging
    from causeloop_pipeline.orchestration.jobs.archives import archives
    from causeloop_pipeline.orchestration.jobs.deliveries import deliveries
    from causeloop_pipeline.orchestration.jobs.loop import ASSET_JOBS
    from causeloop_pipeline.orchestration.jobs.rereading import rereading
    from causeloop_pipeline.orchestration.jobs.retention import retention
    from causeloop_pipeline.orchestration.jobs.text_vectors import text_vectors
    from causeloop_pipeline.orchestration.jobs.tickets import tickets
    from causeloop_pipeline.orchestration.longest_time import limit_in_process_executor
    from causeloop_pipeline.orchestration.schedules import nightly, old_run_cleanup
    from causeloop_pipeline.orchestration.sensors.arrived_events import watch_arrived_events
    from causeloop_pipeline.orchestration.sensors.due_connectors import watch_due_connectors
    from causeloop_pipeline.orchestration.sensors.due_messages import watch_due_messages
    from causeloop_pipeline.orchestration.sensors.former_mappings import watch_former_mappings
    from causeloop_pipeline.orchestration.sensors.grouped_issues import watch_grouped_issues
    from causeloop_pipeline.orchestration.sensors.operator_notices import send_operator_notices
    from causeloop_pipeline.orchestration.sensors.pushed_tickets import watch_pushed_tickets
    from causeloop_pipeline.orchestration.sensors.recompute_requests import watch_recompute_requests
    from causeloop_pipeline.orchestration.sensors.reporting_sessions import watch_reporting_sessions
    from causeloop_pipeline.orchestration.sensors.requested_archives import watch_requested_archives
    from causeloop_pipeline.orchestration.sensors.run_failures import release_canceled_run, release_failed_run
    from causeloop_pipeline.orchestration.sensors.silent_failures import watch_silent_failures
    from causeloop_pipeline.orchestration.sensors.unencoded_texts import watch_unencoded_texts
    from causeloop_pipeline.orchestration.sensors.workspaces import sync_partitions
    from causeloop_pipeline.stages.installation import Installation, open_installation

    configure_run_logging()
    STAGES = (fingerprints, patterns, clusters, predictions, alerts, risk, outcomes, proofs, recommendations)

    defs = dg.Definitions(
        assets=[landing_assets(read_connected_types()), normalization_assets(find_manifest()), *STAGES],
        asset_checks=CHECKS,
        jobs=[*ASSET_JOBS, retention, deliveries, tickets, archives, rereading, text_vectors],
        schedules=[nightly, old_run_cleanup],
        sensors=[
            watch_due_connectors,
            watch_arrived_events,
            watch_grouped_issues,
            watch_recompute_requests,
            watch_due_messages,
            watch_requested_archives,
            watch_former_mappings,
            watch_unencoded_texts,
            watch_pushed_tickets,
            sync_partitions,
            release_failed_run,
            release_canceled_run,
            send_operator_notices,
            watch_silent_failures,
            watch_reporting_sessions,
        ],
        resources={
            "installation": dg.ResourceDefinition(open_installation, description=Installation.__doc__)
        },
        executor=limit_in_process_executor,
    )
