"""Great Expectations: expectations that were not met, pushed as the results of a validation or checkpoint."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Element,
    Every,
    Has,
    Is,
    Join,
    Literal,
    Some,
    Source,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

KIND: Source = (
    "expectation_config.type",
    "expectation_config.expectation_type",
    "expectation_type",
)
KWARGS = ("expectation_config.kwargs", "kwargs")
COLUMN: Source = tuple(
    f"{place}.{name}" for place in KWARGS for name in ("column", "column_A", "column_list")
)
SUITE = (
    "suite_name",
    "meta.expectation_suite_name",
    "expectation_suite_name",
)
ASSET = ("asset_name", "batch_id", "checkpoint_name")
EXPECTATION = IssueMapping(
    name="expectation",
    identifies=Identifies.CONDITION,
    when=Every((Has("success"), Some((Has("expectation_config"), Has("expectation_type"))))),
    title=Concat((Join((SUITE, COLUMN), "."), Literal(": "), KIND)),
    body=(
        "exception_info.exception_message",
        Element("exception_info", "exception_message", None, "exception_message"),
        Text(
            "{result.unexpected_count} of {result.element_count} unexpected: {result.partial_unexpected_list}"
        ),
        Text("{result.unexpected_count} of {result.element_count} unexpected"),
        Text("observed {result.observed_value}"),
    ),
    severity=(
        "expectation_config.severity",
        "severity",
        "expectation_config.meta.severity",
        Literal("warning"),
    ),
    status=Choose(Is("success", ("true",)), Literal("success"), Literal("failed")),
    service=(*ASSET, *SUITE),
    error_type=KIND,
    team=("expectation_config.meta.owner", "expectation_config.meta.team"),
    external_url=("result_url", "data_docs_url"),
    source_created_at=("run_time",),
    firing_start=FiringStart.CHANGED,
    resolved_at="run_time",
    attributes={"suite": SUITE, "column": COLUMN, "unexpected": "result.unexpected_count", "run": "run_name"},
)


def name_expectation(place: str) -> str:
    """What tells an expectation apart for good: its id is new in each run where the context is not stored."""
    kwargs = f"{place}kwargs."
    columns = "|".join(kwargs + name for name in ("column", "column_A", "column_list", "column_set"))
    others = ("column_B", "row_condition", "mostly", "regex", "like_pattern", "strftime_format")
    parts = (
        "suite_name|expectation_suite_name",
        "asset_name|batch_id|checkpoint_name|",
        f"{place}type|{place}expectation_type",
        f"{columns}|",
        f"{place}severity|",
        *(f"{kwargs}{name}|" for name in others),
    )
    return "/".join(f"{{{part}}}" for part in parts)


def receive_results(
    record: str, when: str, places: tuple[tuple[str, str], ...], key: str
) -> spec.WebhookEvent:
    """The results of one validation: met expectations too, for they end what was not met before."""
    return spec.WebhookEvent(
        record=record,
        when=spec.Condition(path=when),
        schema=spec.RecordSchema(key=key, updated_at=("run_time",), kind="expectation"),
        add=places,
    )


RUN = (
    ("run_time", "meta.run_id.run_time"),
    ("run_name", "meta.run_id.run_name"),
    ("asset_name", "meta.active_batch_definition.data_asset_name"),
    ("batch_id", "meta.batch_spec.table_name"),
    ("checkpoint_name", "meta.checkpoint_name"),
    ("result_url", "result_url"),
)

CONNECTOR = spec.Connector(
    name="great_expectations",
    title="Great Expectations",
    category=spec.Category.DATA,
    docs_url="https://docs.greatexpectations.io/docs/core/trigger_actions_based_on_results/",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        ignore=(spec.Condition(path="ping"),),
        events=(
            receive_results(
                "results",
                "results.0.expectation_config",
                (
                    ("suite_name", "suite_name"),
                    ("expectation_suite_name", "meta.expectation_suite_name"),
                    *RUN,
                ),
                name_expectation("expectation_config."),
            ),
            receive_results(
                "expectations",
                "expectations.0.expectation_type",
                (
                    ("suite_name", "suite_name"),
                    ("run_time", "run_time"),
                    ("run_name", "run_name"),
                    ("result_url", "result_url"),
                ),
                name_expectation(""),
            ),
        ),
        setup="In a validation action, post result.to_json_dict() of each validation (checkpoint_result"
        ".run_results.values()) with the header X-Causeloop-Token.",
    ),
    issues=(EXPECTATION,),
)
