"""In whatever state a person is, nothing that another organization does opens their account.

All pairs of acts, in a quarter of an hour: `CAUSELOOP_TEST_ACCOUNT_PAIRS=684 pytest` and the path of this
file; fewer, and each time others: `CAUSELOOP_TEST_ACCOUNT_PAIRS=50 CAUSELOOP_TEST_SEED=$RANDOM pytest …`.
"""

import os
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import permutations, product

import psycopg
import pytest
from pydantic import SecretStr

from api.members.invitations import queries
from causeloop_pipeline.settings import settings
from tests.api.conftest import Mailbox
from tests.api.oidc_issuer import AUDIENCE, running_issuer
from tests.api.sample import HASHER
from tests.api.sign_in.account_acts import ACTS, find_breaches, invite, open_links
from tests.api.sign_in.account_walk import ARRIVALS, Place, Walk, come_by_provider

Act = Callable[[Walk], None]
WAY_IN = ACTS[:5]
"""Invite, open the link, sign in, make a key, go on: the attack itself, before all other acts and after."""

MAX_PAIRS = int(os.environ.get("CAUSELOOP_TEST_ACCOUNT_PAIRS", "12"))
"""Of the 684 pairs of acts, each before and after an arrival; all of them take a quarter of an hour."""

SEED = os.environ.get("CAUSELOOP_TEST_SEED", "")
"""Other pairs for each seed; the name of the arrival without one."""


@pytest.fixture
def place(
    api_url: str, owner: psycopg.Connection, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """A server with an identity provider; hashing is cheap."""
    with running_issuer() as issuer, running_issuer() as stranger:
        monkeypatch.setattr("api.auth.oidc.MIN_FETCH_INTERVAL_SECONDS", 0)
        monkeypatch.setattr("api.auth.passwords._hasher", HASHER)
        monkeypatch.setattr(settings(), "oidc_issuer", issuer.url)
        monkeypatch.setattr(settings(), "oidc_audience", AUDIENCE)
        yield Place(api_url, owner, mailbox, issuer, stranger)


def walk_through(place: Place, has_mail: bool, arrive: Act, is_first: bool, acts: Sequence[Act]) -> list[str]:
    """What goes wrong where a person comes to their organization before or after the acts of another one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings(), "smtp_url", SecretStr(place.mailbox.url) if has_mail else None)
        walk = Walk(place)
        for act in (arrive, *acts) if is_first else (*acts, arrive):
            act(walk)
        breaches = find_breaches(walk)
    when = "after" if is_first else "before"
    names = ", ".join(act.__name__ for act in acts)
    mail = "with" if has_mail else "without"
    return [f"{breach}: {mail} mail, {arrive.__name__}, {when} it: {names}" for breach in breaches]


def test_whichever_way_a_person_came_no_act_of_another_organization_opens_their_account(place: Place) -> None:
    mail_and_turn = list(product((False, True), (True, False)))
    conditions = [
        (mail_and_turn[number % 4][0], arrive, mail_and_turn[number % 4][1])
        for number, arrive in enumerate(ARRIVALS)
    ]

    assert do_everything(place, conditions) == []


def test_no_state_and_no_act_of_another_organization_opens_an_account(place: Place) -> None:
    assert do_everything(place, product((False, True), ARRIVALS, (False, True))) == []


def do_everything(place: Place, conditions: Iterable[tuple[bool, Act, bool]]) -> list[str]:
    """What goes wrong where another organization does all that it can, with mail or not, before or after."""
    chance, breaches = random.Random(26), []
    for has_mail, arrive, is_first in conditions:
        others = chance.sample(ACTS[len(WAY_IN) :], len(ACTS) - len(WAY_IN))
        breaches += walk_through(place, has_mail, arrive, is_first, [*WAY_IN, *others, *WAY_IN])
    return breaches


@pytest.mark.parametrize("arrive", ARRIVALS)
def test_no_two_acts_in_a_row_open_an_account(place: Place, arrive: Act) -> None:
    pairs = list(product((False, True), permutations(ACTS, 2)))
    breaches = []
    print(f"{MAX_PAIRS} of {len(pairs)} pairs, CAUSELOOP_TEST_SEED={SEED!r}")
    chance = random.Random(SEED + arrive.__name__)
    for is_first, acts in chance.sample(pairs, min(MAX_PAIRS, len(pairs))):
        breaches += walk_through(place, False, arrive, is_first, acts)

    assert breaches == []


def test_a_walk_notices_an_account_that_a_seen_link_opens(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = queries.UPSERT_INVITATION.replace("$5", "true or $5")
    monkeypatch.setattr(queries, "UPSERT_INVITATION", trusting)
    walk = Walk(place)
    for act in (invite, open_links, come_by_provider):
        act(walk)

    assert "a session or key in the first organization" in find_breaches(walk)
