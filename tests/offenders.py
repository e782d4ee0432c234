"""One test a rule: it goes over everything that the rule is for, and its message lists every offender."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

Subject = TypeVar("Subject")
MAX_SHOWN = 300
"""Characters of a value."""


def assert_no_offenders(
    subjects: Mapping[str, Subject] | Sequence[Subject], find_problems: Callable[[Subject], Iterable[str]]
) -> None:
    """Every subject is looked at, also after one that breaks the rule or cannot be read at all."""
    named = (
        subjects.items()
        if isinstance(subjects, Mapping)
        else [(_shorten(str(each)), each) for each in subjects]
    )
    offenders = [
        f"{name}: {problem}" for name, subject in named for problem in _find_or_tell(find_problems, subject)
    ]
    assert subjects, "there was nothing to look at"
    assert not offenders, "\n".join([f"{len(offenders)} against the rule:", *offenders])


def _find_or_tell(find_problems: Callable[[Subject], Iterable[str]], subject: Subject) -> Iterator[str]:
    try:
        yield from find_problems(subject)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        yield f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"


def compare(expected: Any, actual: Any, what: str = "") -> Iterator[str]:
    """The problems where something is not what it should be; of mappings, field by field."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name in sorted(expected.keys() | actual.keys()):
            place = f"{what}.{name}" if what else str(name)
            if name not in actual:
                yield f"{place} is missing, expected {_show(expected[name])}"
            elif name not in expected:
                yield f"{place} is not expected, found {_show(actual[name])}"
            else:
                yield from compare(expected[name], actual[name], place)
    elif expected != actual:
        yield f"{what}: expected {_show(expected)}, found {_show(actual)}"


def _show(value: Any) -> str:
    return _shorten(repr(value))


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
