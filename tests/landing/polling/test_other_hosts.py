"""No value, link or text of a declaration sends credentials to a host that they were not entered for."""

import contextlib
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from causeloop_pipeline.connectors.auth import Bearer
from causeloop_pipeline.connectors.declared.declaration import build_connector
from causeloop_pipeline.connectors.pages import LinkPages, NextUrlPages, OnePage, Pages
from causeloop_pipeline.connectors.spec import Field
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from tests.support.credential_trials import HTTP_TYPES, ONCE, Case, Trial, list_field_cases, run_all
from tests.support.declared_ways import WAYS, declare, list_declaration_cases, list_texts, replace_text
from tests.support.other_hosts import INTRODUCTIONS, SPELLINGS, THIEF
from tests.support.polling import NOW, plain
from tests.support.sinkhole import Answer, Everywhere, Sinkhole, sinkhole

SAMPLED = {"fields": 1_500, "declarations": 400, "answers": 100}
"""How many cases `make test` tries of each product."""

MAX_CASES = int(os.environ.get("CAUSELOOP_OTHER_HOST_CASES", "8000"))
"""How many `make test-slow` tries; all 225,000 take half an hour."""


T = TypeVar("T")


def sample(cases: Sequence[T], count: int) -> list[T]:
    """Some of the cases, chosen by a seed that is printed; those of one connector stay together."""
    seed = int(os.environ.get("CAUSELOOP_TEST_SEED") or random.randrange(1_000_000))
    print(f"{count} of {len(cases):,} cases, CAUSELOOP_TEST_SEED={seed}")
    return [cases[number] for number in sorted(random.Random(seed).sample(range(len(cases)), count))]


@pytest.fixture
def hole() -> Iterator[Sinkhole]:
    with sinkhole() as opened:
        yield opened


def test_there_are_400_spellings_of_another_host() -> None:
    assert len(set(SPELLINGS)) >= 400
    assert len(HTTP_TYPES) > 150


PRODUCTS = {"fields": list_field_cases, "declarations": list_declaration_cases}


@pytest.mark.parametrize("product", PRODUCTS)
def test_some_spellings_in_some_places_send_nothing_elsewhere(product: str, hole: Sinkhole) -> None:
    count = run_all(hole, sample(list(PRODUCTS[product]()), SAMPLED[product]))

    assert count.leaks == []
    assert min(count.refused, count.polled) > count.cases // 20


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.timeout(MAX_CASES // 10)
def test_every_spelling_in_every_place_sends_nothing_elsewhere(product: str, hole: Sinkhole) -> None:
    cases = list(PRODUCTS[product]())
    count = run_all(hole, sample(cases, min(MAX_CASES, len(cases))))

    assert count.leaks == []


KINDS: Mapping[str, Pages] = {
    "Link header": LinkPages(size=1),
    "next address": NextUrlPages(url="next"),
    "redirect": OnePage(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_some_links_in_answers_of_a_tool_lead_nowhere_else(kind: str, hole: Sinkhole) -> None:
    assert find_followed(kind, sample(SPELLINGS, SAMPLED["answers"]), hole) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_link_in_an_answer_of_a_tool_leads_elsewhere(kind: str, hole: Sinkhole) -> None:
    assert find_followed(kind, SPELLINGS, hole) == []


def find_followed(kind: str, spellings: Sequence[str], hole: Sinkhole) -> list[str]:
    """The links with which a tool led a poll to another host."""
    tool = replace(plain(KINDS[kind]), auth=Bearer(), credentials=(Field("token", "Token"),))
    sync = SyncInput(config={}, credentials={"token": "planted"}, backfill_days=1, now=NOW)
    followed = []
    for spelling in spellings:
        link = "".join(character for character in spelling if character not in "\r\n")
        hole.sent.clear()
        hole.answer = lambda _, link=link: lead_on(kind, link)  # type: ignore[misc]
        with contextlib.suppress(OutsideFailure):
            list(pull(tool, sync, Everywhere(), ONCE))
        assert hole.sent
        if hole.origins != {"example.com:443"}:
            followed.append(f"{link!r}: {hole.origins}")
    return followed


def lead_on(kind: str, link: str) -> Answer:
    """An answer that names the next page, or another address."""
    document = {"items": [{"id": 1, "updated_at": "2026-03-10T00:00:00Z"}], "next": link}
    if kind == "redirect":
        return 302, {"Location": link}, {}
    return 200, {"Link": f'<{link}>; rel="next"'} if kind == "Link header" else {}, document


PARTS = st.sampled_from(
    [*INTRODUCTIONS, THIEF, "eu", "{tenant}", "{client_secret}", "acme.example", ".", "/", "token"]
)
WRITTEN = st.lists(PARTS, min_size=1, max_size=6).map("".join)


@given(way=st.sampled_from(sorted(WAYS)), texts=st.lists(WRITTEN, min_size=3, max_size=3), tenant=WRITTEN)
@with_settings(max_examples=60, deadline=None)
def test_no_generated_declaration_sends_credentials_of_another_one_elsewhere(
    way: str, texts: list[str], tenant: str
) -> None:
    document = declare(WAYS[way])
    config = {"declaration": document, "tenant": "eu"}
    places = [
        place for place, _ in list_texts(document) if place[0] in {"auth", "base_url", "pulls", "headers"}
    ]
    changed: Any = document
    for number, text in enumerate(texts):
        changed = replace_text(changed, places[(len(text) * 7 + number) % len(places)], text)
    with sinkhole() as hole:
        trial = Trial(hole)
        trial.run(Case("generated", "custom_api", config, {"declaration": changed, "tenant": tenant}))

    assert trial.count.leaks == []


def test_declarations_with_each_way_of_authenticating_are_polled() -> None:
    """Otherwise the cases above would try nothing."""
    for auth in WAYS.values():
        build_connector(declare(auth))
