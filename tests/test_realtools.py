"""What the recipes and the table of real tools must have, whether or not anybody runs them."""

from datetime import date
from pathlib import Path

from causeloop_pipeline.connectors.registry import CONNECTORS
from tests.realtools.checks import CHECKS
from tests.realtools.real_tool import Outcome
from tests.realtools.recipes import RECIPES
from tests.realtools.table import BEGIN, END, FAILED, HEADS, NOT_RUN, PASSED, build_row, read_rows, write_rows

PAGE = Path(__file__).parents[1] / "docs" / "connectors.md"
DAY = "2026-11-30"


def read_table() -> list[tuple[str, ...]]:
    return read_rows(PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0])


def test_each_recipe_is_of_a_type_that_exists_and_expects_only_checks_to_fail() -> None:
    for recipe in RECIPES.values():
        assert not recipe.type or recipe.type in CONNECTORS
        assert set(recipe.expected_failures) <= set(CHECKS)
        assert all(recipe.expected_failures.values())


def test_the_table_has_a_row_for_each_recipe_and_each_cell_is_a_mark() -> None:
    rows = read_table()
    recipes = {(recipe.title, "poll" if recipe.is_polled else "push") for recipe in RECIPES.values()}

    assert {(row[0], row[2]) for row in rows} == recipes
    for row in rows:
        marks = row[6 : 6 + len(CHECKS)]
        assert len(row) == len(HEADS)
        assert set(marks) <= {PASSED, FAILED, NOT_RUN}
        assert bool(row[-1]) == (PASSED not in marks or FAILED in marks), (
            f"{row[0]} has no reason, or a needless one"
        )


def test_a_run_replaces_the_row_of_its_tool_and_leaves_the_others(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Tools\n\n{BEGIN}\n{END}\n\nBelow.\n", encoding="utf-8")
    first = Outcome("a", "A tool", "poll", "1.0", 0.5, passed=["title"])
    second = Outcome("b", "B tool", "push", "2.0", failed={"ends": "still | open"})

    write_rows(page, [("redmine", first), ("", second)], date.fromisoformat(DAY))
    first.version = "1.1"
    write_rows(page, [("redmine", first)], date.fromisoformat(DAY))

    text = page.read_text(encoding="utf-8")
    assert [row[0:6] for row in read_rows(text.partition(BEGIN)[2].partition(END)[0])] == [
        ("A tool", "`redmine`", "poll", "1.1", DAY, "0.5"),
        ("B tool", "", "push", "2.0", DAY, ""),
    ]
    assert "ends: still / open" in text
    assert text.endswith("\n\nBelow.\n")


def test_what_was_not_run_has_no_mark_and_says_why() -> None:
    row = build_row("", Outcome("a", "A", "push", missing="not run: no npm"), date.fromisoformat(DAY))

    assert set(row[6:-1]) == {NOT_RUN}
    assert row[-1] == "not run: no npm"
