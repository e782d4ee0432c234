"""Changes one thing at a time in the SQL functions of isolation and seats, and asks what they then do.

Each change lives in a transaction that is rolled back; the functions are read from the database as it is now,
not from the files that they were made from.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from causeloop_pipeline.storage.app.tenants import create_user
from tests.conftest import new_workspace

FUNCTIONS = ("current_workspace", "scope", "count_seat", "refuse_to_set_seats", "reporting_workspace")
SWAPS = (
    (r" = ", " <> "),
    (r" <> ", " = "),
    (r" < ", " >= "),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" IS NULL", " IS NOT NULL"),
    (r" (?:AND|and) ", " or "),
    (r"THEN 1", "THEN 0"),
    (r"then 1", "then 0"),
    (r"else 0", "else 1"),
    (r"'active'", "'invited'"),
    (r"raise [^;]*;", "null;"),
    (r"'causeloop\.(workspace|scope|run)'", "'causeloop.other'"),
    (r"'causeloop_api'", "'causeloop_pipeline'"),
    (r"NULLIF\((current_setting\([^)]*\)), ''::text\)", r"\1"),
    (r"'{}'", "null"),
)
SELECT_DEFINITION = "select pg_get_functiondef(p.oid) from pg_proc as p where p.oid = to_regproc(%s)"
SELECT_SEATS = """
select seats_taken from app.organization
where organization_id = (select organization_id from app.workspace where workspace_id = %s)
"""
INSERT_MEMBERSHIP = (
    "insert into app.membership (workspace_id, user_id, role, status) values (%s, %s, 'viewer', %s)"
)
SET_STATUS = "update app.membership set status = %s where workspace_id = %s and user_id = %s"


@dataclass(frozen=True)
class FunctionMutant:
    """A changed definition, and what was changed."""

    what: str
    definition: str


def list_mutants(superuser: psycopg.Connection) -> Iterator[FunctionMutant]:
    """Every single change of the functions."""
    for name in FUNCTIONS:
        row = superuser.execute(SELECT_DEFINITION, (f"app.{name}",)).fetchone()
        assert row is not None, name
        header, body = _split(row[0])
        for pattern, replacement in SWAPS:
            for match in re.finditer(pattern, body):
                changed = body[: match.start()] + match.expand(replacement) + body[match.end() :]
                yield FunctionMutant(
                    f"{name}: {match.group()} → {replacement} at {match.start()}", header + changed
                )


def find_survivors(superuser: psycopg.Connection) -> tuple[int, list[str]]:
    """How many changes there are, and those that no question tells from the original."""
    questions = Questions(superuser)
    expected = questions.ask()
    count, survivors = 0, list[str]()
    for mutant in list(list_mutants(superuser)):
        # What PostgreSQL does not accept as a function is not a change.
        with contextlib.suppress(psycopg.errors.SyntaxError), superuser.transaction(force_rollback=True):
            superuser.execute(mutant.definition)
            count += 1
            if questions.ask() == expected:
                survivors.append(mutant.what)
    return count, survivors


class Questions:
    """What the roles see and may do with two tenants; every answer that is an error counts as its kind."""

    def __init__(self, superuser: psycopg.Connection) -> None:
        self.superuser = superuser
        self.own, self.other = new_workspace(superuser), new_workspace(superuser)
        self.user = create_user(superuser, f"{uuid4().hex}@example.com", "Mutant")
        self.run, self.login = uuid4().hex, f"causeloop_bi_{uuid4().hex}"
        self.names = {self.own: "own", self.other: "other"}
        for excluded, workspace in ((None, self.own), ("a check", self.other)):
            superuser.execute(
                "insert into app.run_scope values (%s, %s, %s)", (self.run, workspace, excluded)
            )
        superuser.execute(
            "insert into app.reporting_login (workspace_id, login) values (%s, %s)", (self.own, self.login)
        )

    def ask(self) -> list[str]:
        """All answers."""
        return [self._answer(question) for question in (*self._visible(), *self._seats())]

    def _answer(self, question: Callable[[], str]) -> str:
        try:
            with self.superuser.transaction(force_rollback=True):
                return question()
        except psycopg.Error as error:
            return type(error).__name__

    def _visible(self) -> Iterator[Callable[[], str]]:
        own, empty = str(self.own), ""
        yield lambda: self._see("causeloop_api", workspace=own)
        yield lambda: self._see("causeloop_api", workspace=empty)
        yield lambda: self._see("causeloop_api", scope=f"{{{own}}}")
        yield lambda: self._see("causeloop_api")
        yield lambda: self._see("causeloop_pipeline", scope=f"{{{own}}}")
        yield lambda: self._see("causeloop_pipeline", scope=f"{{{own}}}", run=uuid4().hex)
        yield lambda: self._see("causeloop_pipeline", scope=empty, run=self.run)
        yield lambda: self._see("causeloop_pipeline", run=uuid4().hex)
        yield lambda: self._see("causeloop_pipeline", run=empty)
        yield lambda: self._see("causeloop_pipeline", workspace=own)
        yield lambda: self._see("causeloop_pipeline")
        yield self._read_report

    def _see(self, role: str, **variables: str) -> str:
        for name, value in variables.items():
            self.superuser.execute("select set_config(%s, %s, true)", (f"causeloop.{name}", value))
        self.superuser.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        rows = self.superuser.execute("select workspace_id from app.workspace_settings").fetchall()
        seen = sorted(self.names.get(row[0], "somebody") for row in rows)
        if role == "causeloop_pipeline":
            return f"{seen} {self.superuser.execute('select app.scope() is null').fetchone()}"
        return f"{seen}"

    def _read_report(self) -> str:
        self.superuser.execute(sql.SQL("create role {}").format(sql.Identifier(self.login)))
        self.superuser.execute(sql.SQL("grant causeloop_reporting to {}").format(sql.Identifier(self.login)))
        self.superuser.execute(sql.SQL("set local role {}").format(sql.Identifier(self.login)))
        row = self.superuser.execute("select count(*) from reporting.workspace").fetchone()
        return str(row)

    def _seats(self) -> Iterator[Callable[[], str]]:
        for statuses in (
            ("active",),
            ("invited",),
            ("invited", "active"),
            ("active", "suspended"),
            ("active", "active"),
        ):
            yield lambda statuses=statuses: self._count(*statuses)  # type: ignore[misc]
        yield lambda: self._count("active", "deleted")
        yield lambda: self._count("invited", "deleted")
        for role, change in (("causeloop_api", 1), ("causeloop_api", 0), ("causeloop_owner", 1)):
            yield lambda role=role, change=change: self._set_seats(role, change)  # type: ignore[misc]
        yield self._join_as_api

    def _count(self, first: str, *then: str) -> str:
        self.superuser.execute(INSERT_MEMBERSHIP, (self.own, self.user, first))
        for status in then:
            if status == "deleted":
                self.superuser.execute("delete from app.membership where user_id = %s", (self.user,))
            else:
                self.superuser.execute(SET_STATUS, (status, self.own, self.user))
        return self._count_taken(self.own) + self._count_taken(self.other)

    def _join_as_api(self) -> str:
        self._become_api("causeloop_api", self.own)
        self.superuser.execute(INSERT_MEMBERSHIP, (self.own, self.user, "active"))
        self.superuser.execute("reset role")
        return self._count_taken(self.own)

    def _set_seats(self, role: str, change: int) -> str:
        self._become_api(role, self.own)
        self.superuser.execute("update app.organization set seats_taken = seats_taken + %s", (change,))
        return "allowed"

    def _become_api(self, role: str, workspace: UUID) -> None:
        self.superuser.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace),))
        self.superuser.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))

    def _count_taken(self, workspace: UUID) -> str:
        return str(self.superuser.execute(SELECT_SEATS, (workspace,)).fetchone())


def _split(definition: str) -> tuple[str, str]:
    """What stays as it is, and the body."""
    match = re.search(r"^ ?(?:AS \$function\$|RETURN |BEGIN ATOMIC)", definition, re.MULTILINE)
    assert match is not None, definition
    return definition[: match.start()], definition[match.start() :]
