"""The labels that a run of the kit justifies: none claims what was not run."""

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.connectors.verification_labels import FAILED, PASSED, VerificationLabels
from causeloop_pipeline.landing.conformance.scenarios.drifting import DRIFTING
from causeloop_pipeline.landing.conformance.verify import Verification

SCENARIOS_OF = {
    "pull": (
        "new and changed records",
        "nothing new reads nothing",
        "deleted between polls",
        "429 in each style",
        "500 once",
        "503 forever",
        "reset in mid-body",
        "truncated JSON",
        "slow body",
        "401 in mid-sync",
        "a page comes again",
        "a looping cursor",
        "redirect to another host",
    ),
    "push": ("webhooks are read", "a webhook comes again", "bent webhooks"),
    "backfill": ("backfill over many pages", "two full reads are equal", "keys are unique"),
    "refresh": ("resolved between polls",),
    "drift": tuple(DRIFTING),
    "kill": ("interrupted after any page", "killed at a random point"),
}
SCENARIOS_OF_ROWS = {
    "pull": ("new and changed rows", "nothing new reads nothing"),
    "backfill": ("all rows are read", "two full reads are equal"),
    "drift": ("broken rows", "hostile texts"),
    "kill": ("interrupted after any page", "killed at a random point"),
}


def label(connector: Connector, verification: Verification) -> VerificationLabels:
    """The labels of a type that was verified."""
    words = {None: "", True: PASSED, False: FAILED}
    chosen = SCENARIOS_OF_ROWS if verification.reads_rows else SCENARIOS_OF
    run = {name: words[verification.has_passed(*scenarios)] for name, scenarios in chosen.items()}
    return VerificationLabels(
        type=connector.name,
        changes=PASSED if verification.lands_changes else "",
        tickets=PASSED if connector.tickets else "",
        described_by=_name_source(verification),
        **run,
    )


def _name_source(verification: Verification) -> str:
    is_vendors = verification.is_described and not verification.wrong_findings
    sources = {"vendor": is_vendors, "real payload": verification.has_real_payload}
    return ", ".join(name for name, is_true in sources.items() if is_true) or "knowledge"
