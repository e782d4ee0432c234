"""Hostile documents are refused as the API declares it, and never break it."""

import random

from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import Sample
from tests.fuzz.hostile_documents import attack, choose_attacks, list_attacks

COUNT = 150


def test_hostile_documents_get_declared_answers_and_no_server_error(
    client: Client, contract: Contract, fresh_sample: Sample, other_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["owner"])
    attacks = list(list_attacks(contract, fresh_sample, other_sample))
    chosen = choose_attacks(attacks, random.Random(9), COUNT)

    assert [text for text in (attack(api, *each) for each in chosen) if text] == []
