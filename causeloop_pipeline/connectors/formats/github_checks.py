"""Jobs, check runs and check suites of GitHub, as its webhooks report their end."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.workflow_runs import FAILED_CONCLUSIONS
from causeloop_pipeline.connectors.record_filters import Among

ENDED = Among("conclusion", (*FAILED_CONCLUSIONS, "success"))
"""A success is kept, for it ends the failures of what it checks."""
JOB_RECORD = spec.RecordSchema(
    key="job/{id}", updated_at=("completed_at", "started_at", "created_at"), kind="job", keep=ENDED
)
CHECK_RECORD = spec.RecordSchema(
    key="check/{id}", updated_at=("completed_at", "updated_at", "started_at"), kind="check", keep=ENDED
)
CHECK_EVENTS = (
    spec.WebhookEvent(record="workflow_job", schema=JOB_RECORD, add=(("deployment", "deployment"),)),
    spec.WebhookEvent(record="check_run", schema=CHECK_RECORD),
    spec.WebhookEvent(record="check_suite", schema=CHECK_RECORD),
)
