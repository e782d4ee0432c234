"""Announced maintenance is not a failure to prevent; maintenance that failed is."""

import pytest

from causeloop_pipeline.analysis.act.planned_work import is_planned_work
from tests.support.advising import advise, failing


@pytest.mark.parametrize(
    ("name", "is_planned"),
    [
        ("[Scheduled] Russia SMS Carrier Maintenance (twilio)", True),
        ("Scheduled network maintenance in Frankfurt", True),
        ("Planned database upgrade of ledger", True),
        ("Maintenance window for storage", True),
        ("Scheduled maintenance failed to finish", False),
        ("Scheduled job did not run", False),
        ("nightly upgrade of the index", False),
        ("Planned outage page returns an error", False),
        ("Card is refused", False),
    ],
)
def test_planned_work_is_read_from_the_name(name: str, is_planned: bool) -> None:
    assert is_planned_work(name) is is_planned


def test_planned_work_gets_no_recommendation_however_likely_it_comes_again() -> None:
    planned = failing("p", "[Scheduled] Carrier maintenance: messages may be slow")

    assert advise({"p": planned}, {"p": 0.99}).is_empty()


def test_a_provider_is_not_a_third_party_to_itself() -> None:
    title = "upstream twilio outage"
    own, other = (advise({"p": failing("p", title, service=name)}) for name in ("twilio", "checkout"))

    assert own.is_empty()
    assert other["title"][0] == "Keep checkout working when its provider does not"
