"""The full forms of all attacks: `python -m tests.fuzz [NAME …] [--count N] [--seed N]`.

Every attack prints what failed; the exit code is 1 when one failed. The long ones consist of parts:
`--keep FILE` writes what each part met to a file, and a later run with it does only those that are left, as
after `--minutes N`, when no more are begun. `--shard K/N` does one Nth of them, beside other runs with
that file.
"""

import argparse
import asyncio
import random
import secrets
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx2
import psycopg

from causeloop_pipeline.settings import settings, temporary_variables
from causeloop_pipeline.storage.database.migrate import migrate
from causeloop_pipeline.storage.embedded.installation import start_embedded
from causeloop_pipeline.storage.embedded.postgres_server import remove_server
from tests.api.contract import Contract
from tests.conftest import Installation
from tests.fuzz import (
    cancellations,
    differences,
    hostile_documents,
    mutants,
    repeated_keys,
    seat_races,
    strangers,
)
from tests.fuzz.in_process import InProcessApi
from tests.fuzz.mutation import list_mutations
from tests.fuzz.own_database import fill, make_database, serve
from tests.fuzz.parts import Parts
from tests.fuzz.progress import show_progress

COUNTS = {
    "differences": 1_000_000,
    "documents": 1_000_000,
    "keys": 2_000,
    "cancellations": 6_000,
    "seats": 500,
    "strangers": 200,
    "mutants": 1_000_000,
}
"""How much of each the full form does; of documents and mutants at most all."""

QUIET = {"CAUSELOOP_LOG_LEVEL": "CRITICAL"}
Attack = Callable[[Installation, random.Random, int, Parts], list[str]]


def attack_differences(installation: Installation, rng: random.Random, count: int, parts: Parts) -> list[str]:
    """Differences to a copy with one tenant, and planted faults that nobody noticed."""
    with differences.make_twins(installation) as twins:
        failures = []
        for first in range(0, count, differences.READS_A_PART):
            size = min(count - first, differences.READS_A_PART)
            part = random.Random(rng.getrandbits(64))
            find = partial(differences.find_differences, twins, part, size)
            failures += parts.do(f"differences {first:,} to {first + size:,}", find)
        for fault in differences.FAULTS:
            with twins.plant(fault):
                if not differences.find_differences(twins, rng, min(count, 2_000), stop_at=1):
                    failures.append(f"not noticed: {fault}")
    return failures


def attack_documents(installation: Installation, rng: random.Random, count: int, _parts: Parts) -> list[str]:
    """Hostile documents whose answer is a server error or not declared."""
    with make_database(installation) as database:
        sample, other = fill(database), fill(database)
        with serve(database) as (_, url):
            contract = Contract(httpx2.get(f"{url}/openapi.json", timeout=60).json())
            headers = {"authorization": f"Bearer {sample.credentials['owner']}"}
            hooks = {"response": [contract.check]}
            client = httpx2.Client(base_url=url, headers=headers, event_hooks=hooks, timeout=60)
            attacks = list(hostile_documents.list_attacks(contract, sample, other))
            chosen = hostile_documents.choose_attacks(attacks, rng, count)
            sent = show_progress(chosen, "documents", 1_000)
            return [text for each in sent if (text := hostile_documents.attack(client, *each))]


def attack_keys(installation: Installation, rng: random.Random, count: int, _parts: Parts) -> list[str]:
    """Keys with two effects or two answers."""
    with make_database(installation) as database:
        sample = fill(database)
        with serve(database) as (_, url):
            result = asyncio.run(
                repeated_keys.repeat_keys(url, sample, installation.superuser_url, database.name, count)
            )
        print(f"{result.cuts} connections cut, statuses {dict(result.statuses)}")
        return result.different + repeated_keys.find_double_effects(database.api_url, sample, result)


def attack_cancellations(
    installation: Installation, rng: random.Random, count: int, _parts: Parts
) -> list[str]:
    """Rows of another tenant after requests that were broken off."""
    with make_database(installation) as database:
        tenants = (fill(database), fill(database))
        with serve(database, connections=4) as (_, url):
            outcome = asyncio.run(cancellations.send_and_cancel(url, tenants, rng.randrange(1_000), count))
    print(f"{dict(outcome.counts)}")
    return outcome.foreign + [f"{n} × {status}" for status, n in outcome.counts.items() if status[0] == "5"]


def attack_seats(installation: Installation, rng: random.Random, count: int, _parts: Parts) -> list[str]:
    """Trials in which not exactly the free seats were given."""
    wanted = {200: seat_races.SEATS, 422: seat_races.PEOPLE - seat_races.SEATS}
    failures = []
    with (
        make_database(installation) as database,
        InProcessApi(database) as api,
        psycopg.connect(database.owner_url, autocommit=True) as owner,
    ):
        for _ in show_progress(range(count), "trials", 100):
            statuses, taken = seat_races.race_for_seats(
                owner, lambda tokens: seat_races.accept_in_process(api, tokens)
            )
            if (statuses, taken) != (wanted, seat_races.SEATS):
                failures.append(f"{dict(statuses)}, {taken} taken")
    return failures


def attack_strangers(installation: Installation, rng: random.Random, count: int, parts: Parts) -> list[str]:
    """Callers as whom schemathesis found an answer that is not declared."""
    with (
        make_database(installation) as database,
        serve(database) as (_, url),
        psycopg.connect(database.owner_url, autocommit=True) as owner,
    ):
        attack = strangers.Strangers(url, owner, partial(fill, database))
        return attack.run_as_everybody(count, rng.randrange(1_000), parts)


def attack_mutants(installation: Installation, rng: random.Random, count: int, parts: Parts) -> list[str]:
    """Modules of which fewer changes than the goal are noticed by their tests."""
    mutations = [each for module in mutants.TARGETS for each in list_mutations(module)]
    chosen = rng.sample(mutations, count) if count < len(mutations) else mutations
    missed = []
    for module in mutants.TARGETS:
        own = [mutation for mutation in chosen if mutation.module == module]
        survivors = parts.do(f"mutants {len(own)} {module}", partial(mutants.find_survivors, own))
        share = 1 - len(survivors) / max(len(own), 1)
        print(f"{module}: {share:.0%} of {len(own)} noticed", *survivors, sep="\n  ", flush=True)
        if share < mutants.MIN_KILLED:
            missed.append(f"{module}: {share:.0%}")
    return missed


ATTACKS: dict[str, Attack] = {
    "differences": attack_differences,
    "documents": attack_documents,
    "keys": attack_keys,
    "cancellations": attack_cancellations,
    "seats": attack_seats,
    "strangers": attack_strangers,
    "mutants": attack_mutants,
}


def main() -> int:
    """Runs the attacks one after another; 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ATTACKS))
    parser.add_argument("--count", type=int, help="how much of each; otherwise the full form")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--keep", type=Path, help="a file of what was met, to go on from")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no part after so many")
    parser.add_argument("--shard", metavar="K/N", default="1/1", help="the Kth of N shares of the parts")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended
    print(f"seed {arguments.seed}", flush=True)
    failures, parts = 0, Parts(arguments.keep, arguments.minutes * 60, arguments.shard)
    with installing() as installation:
        for name in arguments.names or ATTACKS:
            count = arguments.count or COUNTS[name]
            results = ATTACKS[name](installation, random.Random(arguments.seed), count, parts)
            print(f"{name}: {len(results)} wrong", *results[:20], sep="\n  ", flush=True)
            failures += len(results)
    if parts.left:
        print(f"{parts.left} parts are left", flush=True)
    return int(failures > 0)


@contextmanager
def installing() -> Iterator[Installation]:
    """An embedded installation in a folder of its own, removed when the block ends."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fuzz-")))
        stack.enter_context(temporary_variables({"CAUSELOOP_STATE_DIR": str(folder), **QUIET}))
        server = start_embedded(folder)
        stack.callback(remove_server, folder / "postgres")
        settings.cache_clear()
        config = settings()
        migrate(config.require("database_url"))
        names = ("database_url", "pipeline_database_url", "api_database_url", "dagster_database_url")
        yield Installation(folder, server, *(config.require(name) for name in names))


if __name__ == "__main__":
    sys.exit(main())
