"""A vocabulary's values stand in `causeloop_pipeline/model` alone, from where all others take them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from causeloop_pipeline.model.prediction import WINDOWS
from causeloop_pipeline.model.time_of_week import QUARTERS_OF_THE_DAY, WEEKDAYS
from causeloop_pipeline.model.vocabularies import VOCABULARIES
from tests.support.retyped import find_retyped

ROOT = Path(__file__).parents[1]
FOLDERS = ("api", "causeloop_pipeline", "bench", "dbt_project/macros", "dbt_project/tests")
VALUES = {vocabulary.__name__: frozenset(map(str, vocabulary)) for vocabulary in VOCABULARIES} | {
    "WINDOWS": frozenset(map(str, WINDOWS)),
    "WEEKDAYS": frozenset(WEEKDAYS),
    "QUARTERS_OF_THE_DAY": frozenset(QUARTERS_OF_THE_DAY),
}
ELSEWHERE = {
    "causeloop_pipeline/model": "where they are",
    "causeloop_pipeline/demo": "what the tools would send",
    "api/dashboard/bar/notifications.js": "the screen that each kind of notification leads to",
    "api/dashboard/screens/connectors/backfill.js": "what the screen says of each",
    "api/onboarding/queries.py": "what each step asks for",
    "api/dashboard/screens/setup.js": "what the screen says of each step",
    "bench/training/recurrence_prior.py": "the horizons of the training, some of which are windows",
    "causeloop_pipeline/analysis/predict/recurrence/features.py": "how far the features look back",
    "causeloop_pipeline/storage/database/migrations/versions": "what a check allowed then",
    "dbt_project/macros/vocabulary.sql": "dbt cannot import them; they are compared below",
    **{
        f"causeloop_pipeline/storage/database/schema/{name}.sql": "checks of columns, compared with them"
        for name in ("act", "app", "core", "detect", "notify", "predict")
    },
}


def list_files() -> Iterator[Path]:
    """The files in which no value may be typed again."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            place = path.relative_to(ROOT).as_posix()
            if path.suffix in {".py", ".sql", ".js"} and not place.startswith(tuple(ELSEWHERE)):
                yield path


def test_no_list_repeats_the_values_of_a_vocabulary() -> None:
    repeated = [
        f"{path.relative_to(ROOT)}:{line}: {name}: {', '.join(items)[:80]}"
        for path in list_files()
        for line, name, items in find_retyped(path, VALUES)
    ]

    assert repeated == [], "\n".join(repeated)


def test_what_may_repeat_them_exists_and_does() -> None:
    for place in set(ELSEWHERE) - {"causeloop_pipeline/model"}:
        paths = [ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*")
        files = [path for path in paths if path.suffix in {".py", ".sql", ".js", ".mjs"}]
        assert any(True for path in files for _ in find_retyped(path, VALUES)), place


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "SOME = ('p1', 'p2', 'p3')"),
        ("a.py", "TEXTS = {'held': 1, 'partly': 2, 'failed': 3}"),
        ("a.py", "SQL = \"select 1 where v in ('held', 'partly', 'moved')\""),
        ("a.py", "SQL = \"select case v when 'held' then 1 when 'partly' then 2 when 'moved' then 3 end\""),
        ("a.py", "Window = Literal[7, 14, 30, 90]"),
        ("a.sql", "select array['must', 'cannot']"),
        ("a.js", 'const A = ["hit", "miss", "prevented"];'),
        ("a.js", "const A = { hit: 1, miss: 2,\n  prevented: 3 };"),
        ("a.js", "const WINDOWS = [7, 14, 30, 90];"),
    ],
)
def test_a_repeated_list_is_found(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    assert list(find_retyped(tmp_path / name, VALUES))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "SOME = (Severity.P1, Severity.P2, Severity.P3)"),
        ("a.py", "SOME = ('p1', 'p2')"),
        ("a.py", "STAGES = ('fingerprints', 'patterns', 'clusters', 'predictions', 'risk', 'outcomes')"),
        ("a.js", "const a = Math.min(7, 14);"),
    ],
)
def test_what_is_not_a_list_of_them_is_not_found(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    assert list(find_retyped(tmp_path / name, VALUES)) == []
