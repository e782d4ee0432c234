"""Generated issues for measuring: machine messages from statements with slots, and reports that people write.

The reports follow what bug trackers show: some 90 words of which half are distinct, word frequencies of
Zipf and Mandelbrot with an unlimited vocabulary (Heaps: 19,000 terms in 2,500 reports, growing with the
power .64), a few services with most of the reports, jargon of each service, and duplicates that come soon
after the report that they repeat.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Bools, Ints

STATEMENTS = 400
SERVICES = 50
DUPLICATE_SHARE = 0.3  # of the reports have a cause that was reported before
_COPY_SHARE = 0.1  # of the duplicates are copies word for word
_CAUSE_WORDS, _USED_WORDS = 8, 5  # words of its own that a cause has, and a report uses
_DUPLICATE_DAYS = 20.0  # after the first report, on average
_SHIFT, _SLOPE = 60.0, 1.6  # of Zipf and Mandelbrot's law: the word of rank r comes as often as (r + 60)^-1.6
_JARGON = 300
_FIRST_RARE, _RARE_SHIFT = 500, 3_000.0
_CHUNK = 20_000
_KNOWN_WORDS = 200_000
_SLOTS = ("10.{}.7.{}", "{}", "/var/data/part-{}", "job_{}", "{} ms", "0x{:x}")
_ONSETS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def draw_machine_issues(issues: int, seed: int = 0) -> tuple[pl.DataFrame, pl.Series]:
    """Messages of 400 statements, Zipf-distributed, each with new slot values; and the statement of each."""
    rng = np.random.default_rng(seed)
    kinds = np.random.default_rng(2)
    parts = [[make_word(int(w)) for w in kinds.integers(0, 2_000, 7)] for _ in range(STATEMENTS)]
    slots = kinds.integers(0, len(_SLOTS), STATEMENTS)
    share = 1.0 / np.arange(1, STATEMENTS + 1)
    statement = rng.choice(STATEMENTS, issues, p=share / share.sum())
    numbers = rng.integers(1, 10**6, issues)
    titles = []
    for kind, number in zip(statement.tolist(), numbers.tolist(), strict=True):
        text = parts[kind]
        slot = _SLOTS[slots[kind]].format(number, number % 256)
        titles.append(f"{' '.join(text[:3])} {slot} {' '.join(text[3:])} {number % 977}")
    seconds = np.sort(rng.integers(0, 365 * 86_400, issues))
    table = _table(titles, None, "logs", seconds, pl.Series(statement % 40))
    return table, pl.Series("label", statement).cast(pl.String)


def draw_reports(issues: int, seed: int = 0) -> tuple[pl.DataFrame, pl.Series]:
    """Reports, oldest first, and the cause of each."""
    rng = np.random.default_rng(seed)
    causes = max(int(issues * (1 - DUPLICATE_SHARE)), 1)
    cause = np.concatenate([np.arange(causes), rng.integers(0, causes, issues - causes)])
    begin = rng.uniform(0, 365.0, causes)
    delay = np.where(np.arange(issues) < causes, 0.0, rng.exponential(_DUPLICATE_DAYS, issues))
    days = begin[cause] + delay
    order = np.argsort(days, kind="stable")
    cause, days, is_first = cause[order], days[order], order < causes

    share = 1.0 / np.arange(1, SERVICES + 1)
    service = np.random.default_rng(seed + 11).choice(SERVICES, causes, p=share / share.sum())[cause]
    words = np.array([make_word(rank) for rank in range(_KNOWN_WORDS)], dtype=object)
    own = _FIRST_RARE + _draw_ranks(np.random.default_rng(seed + 10), (causes, _CAUSE_WORDS), _RARE_SHIFT)
    titles: list[str] = []
    bodies: list[str] = []
    for start in range(0, issues, _CHUNK):
        part = slice(start, start + _CHUNK)
        more_titles, more_bodies = _write_reports(rng, words, own[cause[part]], service[part])
        titles += more_titles
        bodies += more_bodies
    _copy_some(titles, bodies, cause, is_first, rng)

    table = _table(titles, bodies, "tracker", (days * 86_400).astype(np.int64), pl.Series(service))
    return table, pl.Series("label", cause).cast(pl.String)


def make_word(rank: int) -> str:
    """The word of a rank: pronounceable, unique, and neither a number nor an identifier."""
    syllables: list[str] = []
    while rank or len(syllables) < 2:
        rank, syllable = divmod(rank, len(_ONSETS) * len(_VOWELS))
        syllables.append(_ONSETS[syllable % len(_ONSETS)] + _VOWELS[syllable // len(_ONSETS)])
    return "".join(syllables) + "n"


def _draw_ranks(rng: np.random.Generator, shape: int | tuple[int, int], shift: float = _SHIFT) -> Ints:
    """Ranks of words by the law of Zipf and Mandelbrot, without an upper limit."""
    ranks = shift * (rng.random(shape) ** (-1.0 / (_SLOPE - 1.0)) - 1.0)
    return np.minimum(ranks, 1e12).astype(np.int64)


def _write_reports(
    rng: np.random.Generator, words: NDArray[np.object_], own: Ints, service: Ints
) -> tuple[list[str], list[str]]:
    """Titles and bodies: general words, the service's jargon, and five of the cause's own eight words."""
    count = len(own)
    size = np.clip(np.exp(rng.normal(np.log(42.0), 0.6, count)), 8, 250).astype(np.int64)
    ends = np.cumsum(size)
    ranks = _draw_ranks(rng, int(ends[-1]))
    jargon = rng.random(len(ranks)) < 0.1
    first_of_service = np.repeat(service, size)[jargon] * _JARGON
    ranks[jargon] = 1_000 + first_of_service + rng.integers(0, _JARGON, int(jargon.sum()))
    used = np.take_along_axis(own, np.argsort(rng.random(own.shape), axis=1)[:, :_USED_WORDS], axis=1)
    titles, bodies = [], []
    for row, end in enumerate(ends.tolist()):
        text = [_spell(words, rank) for rank in ranks[end - size[row] : end].tolist()]
        rare = [_spell(words, rank) for rank in used[row].tolist()]
        titles.append(" ".join([*rare[:3], *text[:4]]))
        bodies.append(" ".join([*text[4:], *rare, *text[: len(text) // 2], *rare[:3]]))
    return titles, bodies


def _spell(words: NDArray[np.object_], rank: int) -> str:
    return str(words[rank]) if rank < len(words) else make_word(rank)


def _copy_some(
    titles: list[str], bodies: list[str], cause: Ints, is_first: Bools, rng: np.random.Generator
) -> None:
    """Makes some duplicates copies of the first report."""
    first_report = np.zeros(int(cause.max(initial=0)) + 1, dtype=np.int64)
    first_report[cause[is_first]] = np.flatnonzero(is_first)
    duplicates = np.flatnonzero(~is_first)
    for row in duplicates[rng.random(len(duplicates)) < _COPY_SHARE].tolist():
        first = first_report[cause[row]]
        titles[row], bodies[row] = titles[first], bodies[first]


def _table(
    titles: list[str], bodies: list[str] | None, source: str, seconds: Ints, service: pl.Series
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "issue_id": [f"{at:08d}" for at in range(len(titles))],
            "title": titles,
            "body": pl.Series(bodies or [None] * len(titles), dtype=pl.String),
            "source": source,
            "source_created_at": pl.Series((1_700_000_000 + seconds) * 1_000_000).cast(
                pl.Datetime("us", "UTC")
            ),
            "service": service.cast(pl.String),
        }
    )
