"""The whole product as Dagster sees it; the only module that Dagster loads."""

import dagster as dg

from causeloop_pipeline.orchestration.assets.alerts import alerts
from causeloop_pipeline.orchestration.assets.clusters import clusters
from causeloop_pipeline.orchestration.assets.fingerprints import fingerprints
from causeloop_pipeline.orchestration.assets.landing import LANDING
from causeloop_pipeline.orchestration.assets.normalization import normalization_assets
from causeloop_pipeline.orchestration.assets.outcomes import outcomes
from causeloop_pipeline.orchestration.assets.patterns import patterns
from causeloop_pipeline.orchestration.assets.predictions import predictions
from causeloop_pipeline.orchestration.assets.proofs import proofs
from causeloop_pipeline.orchestration.assets.recommendations import recommendations
from causeloop_pipeline.orchestration.assets.risk import risk
from causeloop_pipeline.orchestration.checks import CHECKS
from causeloop_pipeline.orchestration.dbt_manifest import manifest_path
from causeloop_pipeline.orchestration.jobs.deliveries import deliveries
from causeloop_pipeline.orchestration.jobs.retention import retention
from causeloop_pipeline.orchestration.jobs.tickets import tickets
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.schedules import forget_old_runs, nightly
from causeloop_pipeline.orchestration.sensors.arrived_events import arrived_events
from causeloop_pipeline.orchestration.sensors.due_connectors import due_connectors
from causeloop_pipeline.orchestration.sensors.due_messages import due_messages
from causeloop_pipeline.orchestration.sensors.pushed_tickets import pushed_tickets
from causeloop_pipeline.orchestration.sensors.recompute_requests import recompute_requests
from causeloop_pipeline.orchestration.sensors.run_failures import run_cancellations, run_failures
from causeloop_pipeline.orchestration.sensors.workspaces import workspaces

STAGES = (fingerprints, patterns, clusters, predictions, alerts, risk, outcomes, proofs, recommendations)

defs = dg.Definitions(
    assets=[*LANDING, normalization_assets(manifest_path()), *STAGES],
    asset_checks=CHECKS,
    jobs=[retention, deliveries, tickets],
    schedules=[nightly, forget_old_runs],
    sensors=[
        due_connectors,
        arrived_events,
        recompute_requests,
        due_messages,
        pushed_tickets,
        workspaces,
        run_failures,
        run_cancellations,
    ],
    resources={"installation": Installation()},
    executor=dg.in_process_executor,
)
