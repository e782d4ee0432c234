"""Every operation that is meant for people is reachable from a screen, except those named here."""

from functools import cache

from api.main import create_app
from tests.api.dashboard.scripts import find_calls

FOR_PROGRAMS = {
    "answer_webhook_challenge": "a tool asks it",
    "receive_envelope": "SDKs send events to it",
    "identify_failure": "programs and agents name a failure with it",
    "claim_failure": "programs and agents say with it that they work on a failure",
    "release_claim": "programs and agents end such a claim with it",
    "upload_file": "lib/client.js sends a file with it",
    "upload_postmortem": "lib/client.js sends a document with it",
    "ingest_cloud_events": "programs send issues with it",
    "ingest_otlp_logs": "programs send their logs with it",
    "ingest_otlp_metrics": "programs send all their telemetry to one address",
    "ingest_otlp_traces": "programs send their traces with it",
    "ingest_batch": "programs send issues with it",
    "ingest_change_batch": "programs send changes with it",
    "ingest_event": "programs send issues with it",
    "begin_single_sign_on": "lib/session.js goes to the identity provider with it",
    "open_single_sign_on": "links and bookmarks of other pages lead to it",
    "exchange_token": "programs exchange an identity provider's token with it",
    "end_browser_session": "lib/session.js signs out with it",
    "finish_single_sign_on": "the identity provider leads back to it",
    "erase_workspace": "what cannot be undone takes a script or the command line",
    "download_archive": "programs and owners' scripts move a whole workspace with it",
    "list_pattern_occurrences": "programs read each; the pattern's charts show how many",
    "read_archive": "programs wait with it for an archive",
    "request_archive": "programs request an archive with it",
    "log_out": "programs end a session of tokens with it",
    "read_browser_session": "lib/session.js finds out with it whether the browser is signed in",
    "refresh_session": "programs get new tokens with it",
    "start_browser_session": "lib/session.js signs in with it",
    "read_health": "the operator's probes ask it",
    "read_readiness": "the operator's probes ask it",
    "receive_webhook": "a tool sends to it",
    "receive_slack_click": "Slack sends clicks to it",
    "receive_slack_command": "Slack sends commands to it",
    "receive_slack_event": "Slack sends events to it",
}
NOT_YET = {
    "read_alert_rule": "the list of rules shows the same",
}


@cache
def operations() -> dict[tuple[str, str], str]:
    """The operation of each method and path of the API."""
    paths = create_app().openapi()["paths"]
    return {
        (method, path): operation["operationId"]
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def find_reached() -> set[str]:
    """The operations that a screen calls."""
    called = {(method, path) for _, method, path, _ in find_calls()}
    return {operation for call, operation in operations().items() if call in called}


def test_every_operation_for_people_is_reachable_from_a_screen() -> None:
    missing = set(operations().values()) - find_reached() - FOR_PROGRAMS.keys() - NOT_YET.keys()

    assert missing == set(), "reach them from a screen, or say here why not"


def test_the_operations_that_are_named_as_exceptions_exist_and_are_reached_by_no_screen() -> None:
    named = FOR_PROGRAMS.keys() | NOT_YET.keys()

    assert named <= set(operations().values())
    assert named & find_reached() == set()
