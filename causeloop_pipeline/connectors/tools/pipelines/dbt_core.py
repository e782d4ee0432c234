"""dbt Core: the failed nodes of run_results.json, pushed after each run."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Concat, Every, Has, Is, Literal, Match, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

SUCCEEDED = ("success", "pass")
FAILED = ("error", "fail", "warn", "runtime error", "partial success")
NAME = Match("unique_id", r"^[a-z_]+\.[^.]+\.([^.]+)")
"""The node's own name: before it type and project, behind it the hash of a test or the version of a model."""
# `Runtime Error in model x (models/x.sql)` is above the error of the database itself.
CAUSE = (
    Match("message", r"^\w+ Error in [^\n]*\n\s*([^\n]+)"),
    Match("message", r"^\s*([^\n]+)"),
)
GENERIC_TESTS = (
    "unique_combination_of_columns|unique|not_null|accepted_values|accepted_range|relationships|recency|"
    "expression_is_true|equal_rowcount"
)
"""By which the name of a test of a schema begins: what it asserts."""
NODE = IssueMapping(
    name="node",
    identifies=Identifies.EVENT,
    when=Every((Has("unique_id"), Has("status"))),
    title=(
        Concat((NAME, Literal(": "), CAUSE)),
        Concat((NAME, Literal(" "), "status")),
        Text("{unique_id}: {status}"),
    ),
    body="message",
    severity="status",
    status="status",
    service=(Match("unique_id", r"^[a-z_]+\.([^.]+)"), "unique_id"),
    error_type=(
        Match(CAUSE, r"^((?:\w+ )?Error|\w+(?:Error|Exception))\b"),
        Match("unique_id", rf"^test\.[^.]+\.(?:source_|dbt_utils_|dbt_expectations_)?({GENERIC_TESTS})_"),
        Match("unique_id", r"^([a-z_]+)\."),
    ),
    environment="target",
    source_created_at=("timing.0.started_at", "generated_at"),
    resolved_at=("timing.-1.completed_at", "generated_at"),
    job="unique_id",
    succeeded=Is("status", SUCCEEDED),
    attributes={
        "node": "unique_id",
        "failures": "failures",
        "invocation": "invocation_id",
        "dbt_version": "dbt_version",
        "adapter": "adapter_response.code",
    },
)

CONNECTOR = spec.Connector(
    name="dbt_core",
    title="dbt Core",
    category=spec.Category.DATA,
    docs_url="https://docs.getdbt.com/reference/artifacts/run-results-json",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="results",
                schema=spec.RecordSchema(
                    key="{unique_id}/{invocation_id}",
                    updated_at=("generated_at",),
                    keep=Among("status", (*FAILED, *SUCCEEDED)),
                ),
                add=(
                    ("invocation_id", "metadata.invocation_id"),
                    ("generated_at", "metadata.generated_at"),
                    ("dbt_version", "metadata.dbt_version"),
                    ("target", "args.target"),
                ),
            ),
        ),
        setup="After each run: POST target/run_results.json, with the secret in X-Causeloop-Token.",
    ),
    issues=(NODE,),
)
