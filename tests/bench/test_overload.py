"""The short form of `python -m bench.overload`: while somebody attacks, another tenant is answered.

Whether it waits longer is measured by the benchmark: here a busy machine decides about milliseconds.
"""

import asyncio

import pytest

from bench.api.applications import serve
from bench.overload import measuring
from bench.overload.__main__ import generate_attacks
from bench.overload.attacks import Attack, list_attacks
from bench.overload.measuring import measure
from bench.overload.tenants import make_tenants, read_document
from causeloop_pipeline.storage.database import roles
from tests.conftest import Installation

CHOSEN = (
    "420,000 unknown fields",
    "1,500,000 lists",
    "600 half bodies",
    "100,000 terms",
    "400,000 fields",
    "5,000 records",
    "slow declarations",
    "generated bodies",
)
SECONDS, SEED = 0.7, 7
MAX_SECONDS_FOR_ANSWER = 10.0


def test_an_attack_leaves_no_other_tenant_without_an_answer(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "SETTLE_SECONDS", 0.3)
    with serve("create_app", "api.main") as (process, port):
        tenants = make_tenants(installation.server.url(roles.DATABASE), port, issues=0)
        attacks = [*list_attacks(tenants), *generate_attacks(read_document(port), tenants, SEED)]
        chosen = [each for each in attacks if any(words in each.what for words in CHOSEN)]

        def observe(attack: Attack) -> measuring.Observed:
            return asyncio.run(measure(attack, port, process, tenants.victim, SECONDS))

        seen = {f"{attack.who}: {attack.what}": observe(attack) for attack in chosen}

    assert len(seen) > len(CHOSEN)
    assert not {name: each for name, each in seen.items() if each.failed}
    assert not {name: each for name, each in seen.items() if each.worst > 1_000 * MAX_SECONDS_FOR_ANSWER}
