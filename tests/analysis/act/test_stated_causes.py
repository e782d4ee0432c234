"""The cause that people state is read from their words; a report that states none has none."""

import pytest

from causeloop_pipeline.analysis.act.cause_signs import SIGNS
from causeloop_pipeline.analysis.act.stated_causes import (
    EXTERNAL,
    INTERNAL,
    ORIGIN_OF_CAUSE,
    read_stated_cause,
)

STATED = {
    "configuration": "Root cause: a misconfigured route sent traffic to an empty pool. Mitigation: fixed.",
    "bad_deploy": "The outage was caused by a recent deployment of the billing service.",
    "defect": "Root cause: a software bug in the scheduler, a race condition, stopped all workers.",
    "expired": "Sign-in failed because the signing certificate had expired.",
    "hardware": "Root cause: hardware failure of a storage controller.",
    "power": "The servers stopped due to a power outage in the building.",
    "link": "Packets were dropped as a result of a fiber cut between the sites.",
    "third_party": "Root cause: an outage at our third-party SMS provider.",
    "load": "This was caused by a sudden increase in traffic to the search page.",
    "capacity": "Root cause: insufficient capacity of the message broker.",
}


@pytest.mark.parametrize(("kind", "text"), STATED.items())
def test_each_kind_of_cause_is_read_from_the_sentence_that_states_it(kind: str, text: str) -> None:
    cause = read_stated_cause(text)
    assert cause is not None
    assert (cause.kind, cause.origin) == (kind, ORIGIN_OF_CAUSE[kind])
    assert cause.words in text.lower()


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Customers saw errors. Engineers restarted the service.",
        "Root cause: instances of a backend service became unhealthy.",
        "The update of the page is slow.",  # an update, but no claim that it is the cause
        "\x00 🔥",
    ],
)
def test_a_report_that_states_no_cause_has_none(text: str | None) -> None:
    assert read_stated_cause(text) is None


def test_what_was_done_about_it_is_not_a_cause() -> None:
    text = "Root cause: a router failed. Mitigation: a new configuration was deployed after the upgrade."
    cause = read_stated_cause(text)
    assert cause is not None
    assert cause.kind == "hardware"


def test_every_kind_has_signs_and_lies_inside_or_outside() -> None:
    assert set(SIGNS) == set(ORIGIN_OF_CAUSE) == set(STATED)
    assert set(ORIGIN_OF_CAUSE.values()) == {INTERNAL, EXTERNAL}
