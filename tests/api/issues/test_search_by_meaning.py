"""With an encoder set up, failures in other words are candidates too; without one, nothing changes."""

import ast
import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import numpy as np
import psycopg
import pytest
from fastapi import FastAPI
from psycopg.types.json import Jsonb

import api
from api.http import concurrency
from api.issues.similar.semantic.process import EncoderProcess, SearchByMeaningError
from causeloop_pipeline.analysis.detect.similarity.base_rate import BaseRate
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel
from causeloop_pipeline.analysis.detect.similarity.text_vectors import fit_projection
from causeloop_pipeline.encoder.folder import read_folder
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.text_vectors import update_vectors
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.conftest import new_workspace
from tests.support.tiny_encoder import WIDTH, make_tiny_encoder
from tests.support.written_issues import TEXTS, encode_only, store_written

API = Path(api.__file__).parent
FAILURE = "program fails on launch"
REPEATED = "T-1"
OFTEN_REPEATED = PairModel({"jira": BaseRate(1.0, 1.0, 0.95)})
"""What grouping learns of a tracker where one report in two repeats another."""

INSERT_GROUPING_STATE = """
insert into detect.grouping_state (
    workspace_id, algorithm_version, input_digest, issue_count, pattern_index, similarity_model
)
values (%s, 'a test', '', 5, '', %s)
"""
OWN: set[UUID] = set()
"""The workspaces of these tests."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def is_on(
    folder: Path, application: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., None]]:
    """Turns the search by meaning on and off."""

    def turn(is_on: bool, digest: str = "") -> None:
        monkeypatch.setenv("CAUSELOOP_SEMANTIC_FOLDER", str(folder) if is_on else "")
        monkeypatch.setenv("CAUSELOOP_SEMANTIC_SHA256", digest or read_folder(folder).digest)
        settings.cache_clear()

    encode_only(monkeypatch, OWN)
    yield turn
    monkeypatch.undo()
    settings.cache_clear()
    application.state.encoder.close()
    application.state.encoder = EncoderProcess()


class Searched:
    """A workspace with issues that people wrote, and who asks about them."""

    def __init__(
        self, owner: psycopg.Connection, database: Database, client: Client, texts: Any = TEXTS
    ) -> None:
        self.workspace_id: UUID = new_workspace(owner)
        OWN.add(self.workspace_id)
        with database.workspace(self.workspace_id) as session:
            self.ids = store_written(session, self.workspace_id, texts)
            session.execute(INSERT_GROUPING_STATE, (self.workspace_id, Jsonb(OFTEN_REPEATED.to_json())))
        self.api: httpx2.Client = client(create_service_key(owner, self.workspace_id, "viewer", "viewer"))

    def ask(self, text: str = FAILURE) -> Any:
        response = self.api.post("/v1/seen-before", json={"text": text})
        assert response.status_code == 200, response.text
        return response

    def list_nearest(self, text: str = FAILURE) -> list[str]:
        return [match["nearest_issue"]["external_id"] for match in self.ask(text).json()["matches"]]

    def list_similar(self, key: str) -> Any:
        return self.api.get(f"/v1/issues/{self.ids[key]}/similar")


@pytest.fixture
def searched(owner: psycopg.Connection, database: Database, client: Client) -> Searched:
    return Searched(owner, database, client)


def test_a_failure_in_other_words_is_a_match_that_says_why(
    searched: Searched, is_on: Callable[..., None]
) -> None:
    is_on(True)
    update_vectors(Resources())

    answer = searched.ask().json()

    first = answer["matches"][0]
    assert first["nearest_issue"]["external_id"] == REPEATED
    assert {"kind": "meaning", "text": f"Close in meaning to {REPEATED}", "terms": []} in first["reasons"]
    total = answer["new_probability"] + sum(match["probability"] for match in answer["matches"])
    assert total <= 1.001


def test_without_an_encoder_answers_are_the_same_to_the_byte_whether_there_are_vectors_or_not(
    searched: Searched, is_on: Callable[..., None]
) -> None:
    is_on(False)
    before = [searched.ask().content, searched.list_similar(REPEATED).content]
    is_on(True)
    update_vectors(Resources())
    with_meaning = searched.ask().content
    is_on(False)

    assert [searched.ask().content, searched.list_similar(REPEATED).content] == before
    assert with_meaning != before[0]


def test_an_issue_is_compared_by_its_stored_vector(
    owner: psycopg.Connection, database: Database, client: Client, is_on: Callable[..., None]
) -> None:
    searched = Searched(owner, database, client, {**TEXTS, "T-9": "program fails on launch"})
    is_on(True)
    update_vectors(Resources())

    similar = searched.list_similar("T-9").json()["data"]
    matches = searched.api.post("/v1/seen-before", json={"issue_id": str(searched.ids["T-9"])}).json()[
        "matches"
    ]

    assert similar[0]["external_id"] == REPEATED
    assert matches[0]["nearest_issue"]["external_id"] == REPEATED


def test_another_tenants_vectors_are_never_seen(
    owner: psycopg.Connection, database: Database, client: Client, is_on: Callable[..., None]
) -> None:
    strangers = Searched(owner, database, client, {"X-1": "The app crashes at start", "X-2": "program fails"})
    own = Searched(owner, database, client, {"O-1": "Invoice total is wrong", "O-2": "The printer jams"})
    is_on(True)
    update_vectors(Resources())

    assert strangers.list_nearest()[0] in {"X-1", "X-2"}
    assert set(own.list_nearest()) <= {"O-1", "O-2"}
    with database.workspace(own.workspace_id) as session:
        rows = session.rows("select issue_id from detect.text_vector")
    assert {row["issue_id"] for row in rows} == set(own.ids.values())
    with psycopg.connect(settings().require("api_database_url")) as api:
        assert api.execute("select count(*) from detect.text_vector").fetchone() == (0,)


def test_an_encoder_that_cannot_be_used_leaves_the_search_by_words(
    searched: Searched, is_on: Callable[..., None], application: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    is_on(False)
    by_words = searched.ask().json()
    is_on(True)
    update_vectors(Resources())
    is_on(True, digest=settings().semantic_sha256 or "")
    application.state.encoder.retry_at = 0.0
    folder = settings().semantic_folder
    assert folder is not None
    (folder / "tokenizer.json").rename(folder / "elsewhere")
    try:
        answer = searched.ask().json()
    finally:
        (folder / "elsewhere").rename(folder / "tokenizer.json")

    assert answer == by_words
    assert not application.state.encoder.is_on
    assert "searches are by words alone for a minute" in caplog.text


def test_the_identity_of_a_failure_does_not_depend_on_the_encoder(
    searched: Searched, is_on: Callable[..., None]
) -> None:
    is_on(False)
    before = searched.api.post("/v1/identify", json={"text": FAILURE}).json()
    is_on(True)
    update_vectors(Resources())

    assert searched.api.post("/v1/identify", json={"text": FAILURE}).json() == before


def test_the_encoder_is_loaded_in_its_own_process_only() -> None:
    loading = {"load_configured_encoder", "load_encoder", "onnxruntime", "tokenizers"}
    naming = {
        path.relative_to(API).as_posix()
        for path in API.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and loading & {alias.name.split(".")[0] for alias in node.names}
    }

    assert naming == {"issues/similar/semantic/child.py"}


def test_who_gives_up_leaves_no_answer_behind_for_the_next(is_on: Callable[..., None]) -> None:
    is_on(True)
    projection = fit_projection(np.eye(WIDTH, dtype=np.float32)).dump()

    async def ask() -> tuple[list[bytes], list[bytes]]:
        process = EncoderProcess()
        texts = ["the app crashes", "invoice total is wrong", "the printer jams"]

        async def locate(text: str) -> bytes:
            vector, _ = await process.run("a workspace", "locate", text, b"", projection, b"")
            return bytes(vector)

        expected = [await locate(text) for text in texts]
        for text in texts:
            given_up = asyncio.create_task(locate(text))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            given_up.cancel()
        answers = [await locate(text) for text in texts]
        process.close()
        return expected, answers

    expected, answers = asyncio.run(ask())

    assert answers == expected
    assert len(set(expected)) == len(expected)


def test_a_piece_of_work_that_fails_leaves_the_encoder_to_others(is_on: Callable[..., None]) -> None:
    is_on(True)
    projection = fit_projection(np.eye(WIDTH, dtype=np.float32)).dump()

    async def ask() -> bool:
        process = EncoderProcess()
        with pytest.raises(SearchByMeaningError):
            await process.run("a workspace", "locate", "text", b"", projection[:-3], b"")
        await process.run("a workspace", "locate", "text", b"", projection, b"")
        process.close()
        return process.is_on

    assert asyncio.run(ask())


def test_who_gets_no_turn_with_the_encoder_searches_by_words(
    is_on: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    is_on(True)
    monkeypatch.setattr(concurrency, "MAX_TURN_SECONDS", 0.05)

    async def ask() -> bool:
        process = EncoderProcess()
        async with process.of_key.hold("a workspace"):
            with pytest.raises(SearchByMeaningError):
                await process.run("a workspace", "locate", "text", b"", b"", b"")
        return process.is_on

    assert asyncio.run(ask())
