"""Guessing passwords: attempts in parallel, from many addresses, and of unknown accounts."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from api.auth import passwords
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from tests.api.conftest import Client
from tests.api.sample import HASHER, PASSWORD
from tests.conftest import Installation, new_workspace


def test_concurrent_guesses_try_no_more_passwords_than_the_limit(
    client: Client, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    find_match = passwords.find_match

    def record(password_hashes: Sequence[str], password: str) -> str | None:
        tried.append(password)
        return find_match(password_hashes, password)

    monkeypatch.setattr(passwords, "find_match", record)
    email = f"{uuid4().hex}@example.com"
    add_member(owner, new_workspace(owner), create_user(owner, email, "P", HASHER.hash(PASSWORD)), "viewer")
    api = client()

    def guess(number: int) -> int:
        body = {"email": email, "password": f"guess {number}"}
        return int(api.post("/v1/auth/login", json=body).status_code)

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(guess, range(60)))

    assert len(tried) == statuses.count(401) == passwords.MAX_ATTEMPTS_PER_ACCOUNT
    assert statuses.count(429) == 55


def test_one_address_cannot_try_many_accounts(
    client: Client, monkeypatch: pytest.MonkeyPatch, installation: Installation
) -> None:
    with psycopg.connect(installation.api_url, autocommit=True) as api:
        api.execute("delete from app.login_failure")
    monkeypatch.setattr(passwords, "MAX_ATTEMPTS_PER_ADDRESS", 3)

    statuses = [
        client()
        .post("/v1/auth/login", json={"email": f"{uuid4().hex}@example.com", "password": "x"})
        .status_code
        for _ in range(5)
    ]

    assert statuses == [401, 401, 401, 429, 429]
    with psycopg.connect(installation.api_url, autocommit=True) as api:
        api.execute("delete from app.login_failure")


def test_the_addresses_of_an_ipv6_network_are_one_guesser(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks = [f"2001:db8:{number:x}" for number in (uuid4().int % 0xFFFF, 0xFFFF)]
    addresses = [f"{networks[0]}::{host:x}" for host in range(1, 7)] + [f"{networks[1]}::1"]
    monkeypatch.setattr("api.sign_in.sessions.routes.read_address", lambda _: addresses.pop(0))
    guess = {"email": f"{uuid4().hex}@example.com", "password": "x"}

    statuses = [client().post("/v1/auth/login", json=guess).status_code for _ in range(7)]

    assert statuses == [401] * 5 + [429, 401]


def test_few_passwords_are_hashed_at_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = set(), []
    find_match = passwords.find_match

    def watch(hashes: Sequence[str], word: str) -> str | None:
        running.add(word)
        most.append(len(running))
        matching = find_match(hashes, word)
        running.discard(word)
        return matching

    monkeypatch.setattr(passwords, "find_match", watch)

    def sign_in(number: int) -> None:
        body = {"email": f"{uuid4().hex}@example.com", "password": f"word {number}"}
        client().post("/v1/auth/login", json=body)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(sign_in, range(10)))

    assert len(most) == 10
    assert max(most) <= passwords.MAX_HASHES_AT_ONCE


def test_attempts_of_unknown_accounts_are_not_kept_for_ever(
    client: Client, installation: Installation
) -> None:
    with psycopg.connect(installation.api_url, autocommit=True) as api:
        api.execute(
            "insert into app.login_failure select sha256(n::text::bytea), 1, now() - interval '1 hour' "
            "from generate_series(1, 10) as n"
        )
        client().post("/v1/auth/login", json={"email": f"{uuid4().hex}@example.com", "password": "x"})
        left = api.execute(
            "select count(*) from app.login_failure where last_at < now() - interval '15 minutes'"
        ).fetchone()

    assert left == (0,)
