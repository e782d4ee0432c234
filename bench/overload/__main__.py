"""What one person can do to everybody else: `python -m bench.overload [WORDS …] [--seconds N] [--seed N]`.

An API as `causeloop up` serves it, with other tenants on it. Strangers, a directory's token, a key, an
analyst of the free plan and 200 readers each do the worst that was found, and send bodies that are drawn from
the OpenAPI document, while another tenant reads. The goals: its p95 at most 3 times what it is without an
attack, and 250 ms; no read of it fails; the API's processes take at most 1.3 times the memory. Words choose
attacks by their names.
"""

import argparse
import asyncio
import random
import sys

from bench.api.applications import serve
from bench.embedded_server import open_embedded_server
from bench.overload.attacks import Attack, list_attacks, repeat
from bench.overload.generated import generate
from bench.overload.measuring import HEAD, Observed, measure, observe
from bench.overload.raw_http import RawRequest, send
from bench.overload.tenants import Tenants, make_tenants, read_document
from causeloop_pipeline.storage.database import roles

ISSUES, SECONDS, GENERATED, CLIENTS = 24_000, 10.0, 300, 4


def main() -> int:
    """Seeds, serves, attacks and measures; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.overload")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--issues", type=int, default=ISSUES)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    with open_embedded_server() as (server, _), serve("create_app", "api.main") as (process, port):
        tenants = make_tenants(server.url(roles.DATABASE), port, options.issues)
        return asyncio.run(attack_all(process, port, tenants, options))


async def attack_all(process: int, port: int, tenants: Tenants, options: argparse.Namespace) -> int:
    """Every attack that was chosen, one after another, each against the same quiet value."""
    attacks = [*list_attacks(tenants), *generate_attacks(read_document(port), tenants, options.seed)]
    chosen = [each for each in attacks if all(word in f"{each.who} {each.what}" for word in options.words)]
    await start_computing(port, tenants)
    await observe(port, process, tenants.victim, 2)
    quiet = await observe(port, process, tenants.victim, options.seconds)
    print(f"{'':64} {HEAD}\n{'nobody else':64} {quiet.format(quiet)}", flush=True)
    missed = []
    for attack in chosen:
        seen = await measure(attack, port, process, tenants.victim, options.seconds)
        name = f"{attack.who}: {attack.what}"
        print(f"{name:64} {seen.format(quiet)}", flush=True)
        missed += [f"{name}: {each}" for each in seen.compare(quiet)]
        await settle(port, process, tenants.victim, quiet)
    print(*(f"missed: {line}" for line in missed), sep="\n")
    return int(bool(missed))


async def start_computing(port: int, tenants: Tenants) -> None:
    """Have the API start the process that computes, which a quiet API has as well once it is used."""
    status, _ = await send(port, RawRequest("GET", "/v1/predictions/accuracy", credential=tenants.key))
    if status != 200:
        raise SystemExit(f"GET /v1/predictions/accuracy answered {status}")


def generate_attacks(document: dict[str, object], tenants: Tenants, seed: int) -> list[Attack]:
    """Generated bodies by a stranger, by a key and by an analyst of the free plan."""
    print(f"generated bodies: seed {seed}")
    callers = {"stranger": "", "key": tenants.key, "analyst, free plan": tenants.free[0]}
    return [
        Attack(
            who, "generated bodies", repeat(list(generate(document, credential, GENERATED, seed)), CLIENTS)
        )
        for who, credential in callers.items()
    ]


async def settle(port: int, process: int, victim: str, quiet: Observed, tries: int = 30) -> None:
    """Wait until the other tenant no longer notices anything."""
    for _ in range(tries):
        seen = await observe(port, process, victim, 1)
        if not seen.failed and seen.p95 < 2 * quiet.p95:
            return


if __name__ == "__main__":
    sys.exit(main())
