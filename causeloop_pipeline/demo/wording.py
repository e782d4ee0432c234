"""Fills the slots of a text with hosts, ids and numbers that differ from failure to failure."""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

PARTNERS = ("novapay", "finlink", "cardwise", "eurogate", "trustline", "medserv", "swiftlane", "parcelone")
REGIONS = ("eu-central-1", "eu-west-2", "us-east-1", "us-west-2", "ap-south-1", "sa-east-1")
BRANCHES = ("feature/retries", "fix/rounding", "chore/deps", "feature/wallets", "fix/flaky", "release/next")
SERVICES = ("core", "edge", "worker", "api", "batch", "db")
SITES = ("fra1", "fra2", "ams1", "iad1", "iad3")
USERS = (
    "mkeller",
    "asmith",
    "jlopez",
    "ttanaka",
    "pnowak",
    "fdubois",
    "rsingh",
    "lmoreau",
    "obrien",
    "hjensen",
)

SLOTS: Mapping[str, Callable[[np.random.Generator], str]] = {
    "host": lambda rng: f"{draw(rng, SERVICES)}-{rng.integers(1, 60):02d}.{draw(rng, SITES)}",
    "pod": lambda rng: f"{draw(rng, SERVICES)}-{_draw_hex(rng, 10)}-{_draw_hex(rng, 5)}",
    "n": lambda rng: str(rng.integers(2, 950)),
    "big": lambda rng: str(rng.integers(1_000, 900_000)),
    "ms": lambda rng: str(rng.integers(800, 30_000)),
    "pct": lambda rng: f"{rng.integers(5, 99)}%",
    "id": lambda rng: str(rng.integers(10_000_000, 99_999_999)),
    "hex": lambda rng: _draw_hex(rng, 16),
    "code": lambda rng: f"{rng.integers(10_000, 99_999)}-{rng.integers(0, 9)}",
    "ip": lambda rng: ".".join(str(rng.integers(2, 250)) for _ in range(4)),
    "clock": lambda rng: f"{rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}",
    "version": lambda rng: f"{rng.integers(2, 9)}.{rng.integers(0, 40)}.{rng.integers(0, 20)}",
    "partner": lambda rng: draw(rng, PARTNERS),
    "region": lambda rng: draw(rng, REGIONS),
    "branch": lambda rng: draw(rng, BRANCHES),
    "user": lambda rng: draw(rng, USERS),
}


def draw(rng: np.random.Generator, values: Sequence[str]) -> str:
    """One of the values, as `rng.choice` draws it, which makes an array of them first."""
    return values[int(rng.integers(len(values)))]


def fill(text: str, rng: np.random.Generator) -> str:
    """Replace every {slot}; each occurrence gets a new value."""
    return re.sub(r"\{(\w+)\}", lambda match: SLOTS[match.group(1)](rng), text)


def _draw_hex(rng: np.random.Generator, length: int) -> str:
    return rng.bytes(length).hex()[:length]
