"""What docs/connectors.md and the API's catalog say of a type is what a run of the kit shows.

Each run takes some of the types; `CAUSELOOP_SAMPLE_SEED` repeats one, and the whole is
`causeloop connectors verify`.
"""

import os
import random

import pytest

from bench.data.shared_folder import find_shared_file
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.verification_labels import read_labels
from causeloop_pipeline.landing.conformance.labels import label
from causeloop_pipeline.landing.conformance.verify import Inputs, verify_connector

SAMPLE_SIZE = 5
SEED = int(os.environ.get("CAUSELOOP_SAMPLE_SEED") or random.SystemRandom().randrange(10_000))
VERIFIED = sorted(
    name for name, connector in CONNECTORS.items() if connector.query is None and connector.files is None
)  # files and tables: test_rows
SAMPLE = random.Random(SEED).sample(VERIFIED, SAMPLE_SIZE)
NOT_SHOWN_HERE = {"described_by"}


@pytest.mark.parametrize("place", range(SAMPLE_SIZE))
def test_a_types_labels_are_what_a_run_shows(place: int) -> None:
    name = SAMPLE[place]
    print(f"CAUSELOOP_SAMPLE_SEED={SEED}: {name}")  # pytest shows it where the test fails
    verification = verify_connector(CONNECTORS[name], Inputs(seed=SEED))
    labels, written = label(CONNECTORS[name], verification), read_labels()[name]

    assert [(failure.scenario, failure.note) for failure in verification.failures] == []
    assert verification.is_passed
    for column in vars(labels).keys() - NOT_SHOWN_HERE:
        assert getattr(labels, column) == getattr(written, column), column


def test_no_label_names_a_description_that_differs_from_the_declaration() -> None:
    descriptions, payloads = find_shared_file("connectors/specs"), find_shared_file("connectors/payloads")
    if not descriptions.exists():
        pytest.skip("needs connectors/specs of the shared data folder (set CAUSELOOP_SHARED to its path)")
    for name in SAMPLE:
        verification = verify_connector(
            CONNECTORS[name], Inputs(descriptions, payloads, with_behaviour=False)
        )
        assert verification.wrong_findings == []
        assert label(CONNECTORS[name], verification).described_by == read_labels()[name].described_by
