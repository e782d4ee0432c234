"""The functions of a database are those of the folder, made again when their text changes."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from causeloop_pipeline.storage.database import sql_functions
from causeloop_pipeline.storage.database.sql_functions import (
    SELECT_DIGEST_OF_ALL,
    FunctionInUseError,
    add_missing_functions,
    digest_functions,
    read_functions,
    update_functions,
)
from tests.conftest import Installation

# The functions in `intermediate` are dbt's; a server before PostgreSQL 18 has one of ours for its own.
SELECT_FUNCTIONS = """
select format('%s.%s', pronamespace::regnamespace, proname)
from pg_proc
where pronamespace::regnamespace::text !~ '^(pg_|information_schema$|intermediate$)'
    and not (pronamespace = 'app'::regnamespace and proname = 'uuidv7')
order by 1
"""
SELECT_FACTS = """
select proname, pg_get_userbyid(proowner), proacl::text, obj_description(oid) from pg_proc
where pronamespace = 'app'::regnamespace order by proname
"""
TWICE = """
create or replace function app.twice(x integer) returns integer language sql return x * 2;
revoke execute on function app.twice from public;
"""
Connection = psycopg.Connection[Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the folder of functions, which is the one that is read."""
    copy = tmp_path / "functions"
    shutil.copytree(sql_functions.FUNCTIONS, copy)
    monkeypatch.setattr(sql_functions, "FUNCTIONS", copy)
    return copy


@pytest.fixture
def rolled_back(installation: Installation) -> Iterator[Connection]:
    """A connection of the owner whose transaction is rolled back."""
    with psycopg.connect(installation.owner_url) as connection:
        yield connection
        connection.rollback()


def ask(connection: Connection, question: str) -> Any:
    row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def test_the_folder_holds_the_functions_of_the_database_and_no_others(rolled_back: Connection) -> None:
    names = [name for (name,) in rolled_back.execute(SELECT_FUNCTIONS).fetchall()]

    assert names == sorted(read_functions())


def test_each_file_makes_the_one_function_that_it_is_named_after() -> None:
    strays = [
        name
        for name, text in read_functions().items()
        if text.count("create or replace function ") != 1 or f"create or replace function {name}(" not in text
    ]

    assert strays == []


def test_a_function_whose_text_is_the_same_is_left_alone(rolled_back: Connection, folder: Path) -> None:
    assert update_functions(rolled_back) == []


def test_a_changed_text_is_made_again_and_keeps_owner_rights_and_comment(
    rolled_back: Connection, folder: Path
) -> None:
    before = rolled_back.execute(SELECT_FACTS).fetchall()
    path = folder / "app" / "reporting_workspace.sql"
    path.write_text(path.read_text().replace("l.login = current_user::text", "l.login = 'somebody'"))

    assert update_functions(rolled_back) == ["app.reporting_workspace"]

    assert "somebody" in ask(rolled_back, "select pg_get_functiondef('app.reporting_workspace'::regproc)")
    assert rolled_back.execute(SELECT_FACTS).fetchall() == before
    assert update_functions(rolled_back) == []


def test_functions_are_made_after_those_that_they_call(rolled_back: Connection, folder: Path) -> None:
    (folder / "app" / "twice.sql").write_text(TWICE)
    (folder / "app" / "a_caller.sql").write_text(
        "create or replace function app.a_caller() returns integer language sql return app.twice(4);"
    )

    assert update_functions(rolled_back) == ["app.a_caller", "app.twice"]

    assert ask(rolled_back, "select app.a_caller()") == 8


@pytest.mark.parametrize(
    ("text", "call"),
    [
        (TWICE.replace("x integer", "x text").replace("x * 2", "x::integer * 2"), "app.twice('4')"),
        (TWICE.replace("x integer", "y integer").replace("x * 2", "y * 2"), "app.twice(y => 4)"),
        (TWICE.replace("returns integer", "returns bigint"), "app.twice(4)"),
        (TWICE.replace("x integer", "x integer, n integer default 2"), "app.twice(4)"),
    ],
    ids=["type", "name", "result", "one more"],
)
def test_a_function_of_other_parameters_or_result_takes_the_place_of_the_former(
    text: str, call: str, rolled_back: Connection, folder: Path
) -> None:
    path = folder / "app" / "twice.sql"
    path.write_text(TWICE)
    update_functions(rolled_back)
    path.write_text(text)

    assert update_functions(rolled_back) == ["app.twice"]

    assert ask(rolled_back, f"select {call}") == 8
    assert ask(rolled_back, "select count(*) from pg_proc where proname = 'twice'") == 1


def test_a_function_without_a_file_is_dropped(rolled_back: Connection, folder: Path) -> None:
    path = folder / "app" / "twice.sql"
    path.write_text(TWICE)
    update_functions(rolled_back)
    path.unlink()

    assert update_functions(rolled_back) == ["app.twice"]

    assert ask(rolled_back, "select to_regproc('app.twice')") is None
    assert update_functions(rolled_back) == []


def test_the_digest_of_a_database_is_that_of_the_code_until_a_text_changes(
    rolled_back: Connection, folder: Path
) -> None:
    assert ask(rolled_back, SELECT_DIGEST_OF_ALL) == digest_functions()

    (folder / "app" / "twice.sql").write_text(TWICE)

    assert ask(rolled_back, SELECT_DIGEST_OF_ALL) != digest_functions()
    update_functions(rolled_back)
    assert ask(rolled_back, SELECT_DIGEST_OF_ALL) == digest_functions()


def test_a_function_in_use_is_not_dropped_and_the_message_says_by_what(
    rolled_back: Connection, folder: Path
) -> None:
    (folder / "core" / "set_words.sql").unlink()

    with pytest.raises(
        FunctionInUseError, match=r"core\.set_words .*trigger set_words_of_new on table core\.issue"
    ):
        update_functions(rolled_back)


def test_a_function_that_needs_what_is_not_there_is_named(rolled_back: Connection, folder: Path) -> None:
    (folder / "app" / "twice.sql").write_text(TWICE.replace("x * 2", "app.thrice(x)"))

    with pytest.raises(psycopg.errors.UndefinedFunction) as raised:
        update_functions(rolled_back)

    assert any("app.twice" in note for note in raised.value.__notes__)


def test_what_somebody_dropped_is_made_again(rolled_back: Connection, folder: Path) -> None:
    rolled_back.execute("drop function app.weekly_report")

    assert update_functions(rolled_back) == ["app.weekly_report"]


def test_a_new_function_is_there_before_the_migration_that_makes_its_trigger(
    rolled_back: Connection, folder: Path
) -> None:
    (folder / "app" / "note_row.sql").write_text(
        "create or replace function app.note_row() returns trigger language plpgsql as "
        "$$ begin insert into app.still_to_come values (new.x); return new; end $$;"
    )
    (folder / "later").mkdir()
    (folder / "later" / "twice.sql").write_text(TWICE.replace("app.", "later."))
    path = folder / "app" / "current_workspace.sql"
    path.write_text(path.read_text().replace("causeloop.workspace", "causeloop.other"))

    add_missing_functions(rolled_back)

    assert ask(rolled_back, "select to_regproc('app.note_row')") == "app.note_row"
    assert "causeloop.other" not in ask(
        rolled_back, "select pg_get_functiondef('app.current_workspace'::regproc)"
    )
