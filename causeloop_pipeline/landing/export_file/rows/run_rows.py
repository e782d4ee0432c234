"""Rows of tables in which a scheduler, a queue or a test runner keeps its runs: the job, and how each stands.

A row counts as one where a column is called like a job and the status is a word that runs have. A mere `name`
or `kind` is a job beside what only runs have, such as attempts; elsewhere a person says which column it is.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from causeloop_pipeline.connectors.formats.named_errors import name_error
from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.landing.export_file.columns import normalize_name
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.failure_lines import split_failure
from causeloop_pipeline.model.run_states import RunState, read_run_state
from causeloop_pipeline.model.vendor_words import parse_word_lists

NAMES = parse_word_lists("""
job: job_name job jobname task_name task_identifier dag_id workflow_name pipeline_name flow_name
    procedure_name function_name job_class job_type class_name test_name test_case
name: name kind worker command function test task job_id jobid class type
sign: attempt attempts max_attempts attempted_at retry_count retry_limit retries max_retries retrycount
    run_id runid exit_code exitcode exit_status
status: status state job_status job_state run_status run_state task_status outcome result conclusion
start: started_at start_time started_on start started date_started run_started_at start_date begin_time
error: last_error error_message error_msg errmsg err_msg exception_message failure_message failure_reason
    return_message exit_message error_text error_details output_message message error errors exception
    traceback exc_info stack_trace reason output_stack
""")
JOBS, STATUSES, STARTS, ERRORS = (NAMES[name] for name in ("job", "status", "start", "error"))
SIGNS = frozenset(NAMES["sign"])
MAX_BODY = 20_000
OWN_TITLES = frozenset({"title", "summary", "subject", "headline"})
"""Columns that somebody has given a title."""


def read_run(row: FileRow, job_column: str = "") -> FileRow:
    """A row of a run, with its job and what its state means; any other row as it is."""
    record = row.record
    if record is None or row.is_of_condition:
        return row
    names = {normalize_name(name): name for name in reversed(record)}
    jobs = (*JOBS, *NAMES["name"]) if SIGNS & names.keys() else JOBS
    column = job_column or next((names[name] for name in jobs if name in names), "")
    job = record[column] if column in record else find_value(record, column)
    status = next((record[names[name]] for name in STATUSES if name in names), None)
    if not isinstance(job, str | int) or not isinstance(status, str):
        return row
    state = read_run_state(status)
    if state is None:
        return replace(row, job=str(job)) if job_column else row
    no_failure = (
        "" if state is RunState.FAILED else f"a run or test with the outcome {status.strip().lower()}"
    )
    return replace(row, job=str(job), is_success=state is RunState.SUCCEEDED, no_failure=no_failure)


def describe_run(
    job: str, flat: Mapping[str, Any], texts: Mapping[str, str], title_column: str
) -> dict[str, str]:
    """What a row of a failed run tells: its job and the error, where nobody has given it a title."""
    status = texts.get("status", "failed")
    described = {"status": status, "service": texts.get("service", job)}
    title = texts.get("title", "")
    error = _find_error(flat) or (title if title != job else "")
    named = name_error(error, texts.get("body", "")[-MAX_BODY:])
    kind = texts.get("error_type", "")
    if named and (not kind or " " in kind):
        described["error_type"] = named
    if normalize_name(title_column) in OWN_TITLES:
        return described
    if error:
        titles, _ = split_failure(error)
        described |= {"title": f"{job}: {titles[0]}", "body": texts.get("body") or error}
    else:
        described["title"] = f"{job} {status.lower().replace('_', ' ')}"
    return described


def _find_error(flat: Mapping[str, Any]) -> str:
    """The first text of an error, by the names that such columns have."""
    names = {normalize_name(name): name for name in reversed(list(flat))}
    values = (flat[names[name]] for name in ERRORS if name in names)
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")
