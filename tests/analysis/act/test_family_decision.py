"""The family of a failure is named only where that is nearly always right, in every domain."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.data.family_titles import NONE, LabelledTitle, read_labelled_titles
from causeloop_pipeline.analysis.act.family_decision import MIN_PROBABILITY, FamilyDecision, read_failure
from causeloop_pipeline.analysis.act.playbook import PLAYBOOK

MIN_PRECISION, MIN_RECALL = 0.9, 0.7


def decide(title: str, service: str = "", error: str = "") -> FamilyDecision | None:
    return read_failure(f"{title}\n{error}", error or None, [service]).family


def measure(rows: list[LabelledTitle]) -> tuple[float, float]:
    """The share of right ones among those named, and the share of labelled ones that are named rightly."""
    decided = [(decide(row.title, row.service, row.error_type), row.family) for row in rows]
    named = [(decision.family, family) for decision, family in decided if decision is not None]
    right = sum(family == label for family, label in named)
    return right / len(named), right / sum(row.family != NONE for row in rows)


@pytest.mark.parametrize("is_held_back", [False, True])
def test_nine_of_ten_named_families_are_right_also_where_nothing_was_tuned(is_held_back: bool) -> None:
    precision, recall = measure([row for row in read_labelled_titles() if row.is_held_back is is_held_back])
    assert precision >= MIN_PRECISION
    assert recall >= MIN_RECALL


def test_the_labelled_titles_are_of_many_domains_and_their_families_have_a_remedy() -> None:
    rows = read_labelled_titles()
    assert len(rows) >= 400
    assert len({row.domain for row in rows}) >= 12
    assert len({row.title for row in rows}) == len(rows)
    assert {row.family for row in rows} <= {NONE, *PLAYBOOK}


@pytest.mark.parametrize(
    ("title", "service"),
    [
        ("UPS … battery capacity …, self-test failed", "facility"),
        ("UPS battery self-test failed in room B12", "facility"),
        ("Evaluation of sign-on policy (Guest Wi-Fi)", "Guest Wi-Fi"),
        ("SMS delivery delays to MTN Network in Nigeria", "SMS"),
        ("Specimen label printer on ward … prints blank labels", "Printing"),
        ("Label printer … offline in hall …", "warehouse"),
        ("Password reset mail not received by customer …", "Accounts"),
        ("VPN concentrator … rebooted unexpectedly, … tunnels dropped", "vpn"),
        ("Infusion pump … clock drift … against time server", "device-telemetry"),
        ("KYC manual review queue above threshold: … merchants waiting", "Onboarding"),
        ("Size chart of article … shows inches as centimetres", "Catalogue"),
        ("MISCELLANEOUS OTHER", "Line 1"),
        ("OPERATOR VIOLATED SIGNAL", "Line 2"),
        ("NO COLLECTOR AVAILABLE", "Line 1"),
    ],
)
def test_one_word_of_a_title_chooses_no_remedy(title: str, service: str) -> None:
    assert decide(title, service) is None


def test_a_workflow_that_publishes_is_not_a_test() -> None:
    decision = decide("publish-container-image: Release …", "payments-core", "workflow_run_failed")
    assert decision is not None
    assert decision.family == "build_pipeline"


def test_the_name_of_a_place_says_nothing_of_the_failure() -> None:
    assert decide("backup: disk of vpn is odd (backup)", "backup") is None
    with_place = read_failure("job state odd (deadlock detected)", None, ["deadlock detected"])
    assert with_place.family is None


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=200),
    st.one_of(st.none(), st.text(max_size=40)),
    st.lists(st.text(max_size=9), max_size=3),
)
def test_any_text_is_decided_or_left_open(text: str, error: str | None, places: list[str]) -> None:
    decision = read_failure(text, error, places).family
    assert decision is None or MIN_PROBABILITY <= decision.probability <= 1


@pytest.mark.parametrize(
    ("title", "family"),
    [
        ("Memory Dimm", "hardware"),
        ("PCI Fibre Channel Adapter", "hardware"),
        ("power supply of the projector in room 3 hums", None),
        ("driver for the SCSI controller crashes at boot after 3 days", None),
        ("TestFailover fails rarely in the night", "flaky_test"),
        ("Step publish holds a lock on table price_list", "deadlock"),
    ],
)
def test_a_part_alone_and_an_unreliable_test_are_named(title: str, family: str | None) -> None:
    decision = decide(title)
    assert (decision.family if decision else None) == family


def test_words_in_capitals_are_no_error_numbers() -> None:
    assert not read_failure("RC&S EQUIPMENT, ELECTRICAL MAINTENANCE ERROR", None, []).is_technical
    assert read_failure("ECONNREFUSED and ETIMEDOUT from worker", None, []).is_technical
