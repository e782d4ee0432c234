"""Endless issues for measuring: machines' messages from statements with slots, people's reports as people
write them.

The reports follow what bug trackers show: some 90 words of which half are distinct, word frequencies of
Zipf and Mandelbrot with a vocabulary that never ends (Heaps: 19,000 terms in 2,500 reports, growing with the
power .64), a few services with most of the reports, jargon of each service, and duplicates that come soon
after what they retell.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Ints

STATEMENTS = 400
SERVICES = 50
RETOLD = 0.3  # of the reports tell of a cause that was reported before
_COPIED = 0.1  # of those word for word
_OWN_WORDS, _TOLD_WORDS = 8, 5
_RETELL_DAYS = 20.0
_SHIFT, _SLOPE = 60.0, 1.6  # of Zipf and Mandelbrot's law: the word of rank r comes as often as (r + 60)^-1.6
_JARGON = 300
_FIRST_RARE, _RARE_SHIFT = 500, 3_000.0
_CHUNK = 20_000
_KNOWN_WORDS = 200_000
_SLOTS = ("10.{}.7.{}", "{}", "/var/data/part-{}", "job_{}", "{} ms", "0x{:x}")
_ONSETS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def machine_stream(issues: int, seed: int = 0) -> tuple[pl.DataFrame, pl.Series]:
    """Messages of 400 statements, Zipf-distributed, each with fresh slot values; and the statement of
    each.
    """
    rng = np.random.default_rng(seed)
    kinds = np.random.default_rng(2)
    parts = [[word(int(w)) for w in kinds.integers(0, 2_000, 7)] for _ in range(STATEMENTS)]
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


def report_stream(issues: int, seed: int = 0) -> tuple[pl.DataFrame, pl.Series]:
    """People's reports, oldest first, and the story of each."""
    rng = np.random.default_rng(seed)
    stories = max(int(issues * (1 - RETOLD)), 1)
    story = np.concatenate([np.arange(stories), rng.integers(0, stories, issues - stories)])
    began = rng.uniform(0, 365.0, stories)
    days = began[story] + np.where(np.arange(issues) < stories, 0.0, rng.exponential(_RETELL_DAYS, issues))
    order = np.argsort(days, kind="stable")
    story, days, first = story[order], days[order], order < stories
    share = 1.0 / np.arange(1, SERVICES + 1)
    service = np.random.default_rng(seed + 11).choice(SERVICES, stories, p=share / share.sum())[story]
    words = np.array([word(rank) for rank in range(_KNOWN_WORDS)], dtype=object)
    own = _FIRST_RARE + _ranks(np.random.default_rng(seed + 10), (stories, _OWN_WORDS), _RARE_SHIFT)
    titles: list[str] = []
    bodies: list[str] = []
    for at in range(0, issues, _CHUNK):
        part = slice(at, at + _CHUNK)
        more = _reports(rng, words, own[story[part]], service[part])
        titles += more[0]
        bodies += more[1]
    _copy_some(titles, bodies, story, first, rng)
    table = _table(titles, bodies, "tracker", (days * 86_400).astype(np.int64), pl.Series(service))
    return table, pl.Series("label", story).cast(pl.String)


def word(rank: int) -> str:
    """The word of a rank: pronounceable, one of a kind, and like no number and no identifier."""
    syllables: list[str] = []
    while rank or len(syllables) < 2:
        rank, syllable = divmod(rank, len(_ONSETS) * len(_VOWELS))
        syllables.append(_ONSETS[syllable % len(_ONSETS)] + _VOWELS[syllable // len(_ONSETS)])
    return "".join(syllables) + "n"


def _ranks(rng: np.random.Generator, shape: int | tuple[int, int], shift: float = _SHIFT) -> Ints:
    """Ranks of words as Zipf and Mandelbrot have them, without an end."""
    drawn = shift * (rng.random(shape) ** (-1.0 / (_SLOPE - 1.0)) - 1.0)
    return np.minimum(drawn, 1e12).astype(np.int64)


def _reports(
    rng: np.random.Generator, words: NDArray[np.object_], own: Ints, service: Ints
) -> tuple[list[str], list[str]]:
    """Titles and bodies: general words, the service's jargon, and five of the story's own eight words."""
    count = len(own)
    size = np.clip(np.exp(rng.normal(np.log(42.0), 0.6, count)), 8, 250).astype(np.int64)
    ends = np.cumsum(size)
    ranks = _ranks(rng, int(ends[-1]))
    jargon = rng.random(len(ranks)) < 0.1
    home = np.repeat(service, size)[jargon] * _JARGON
    ranks[jargon] = 1_000 + home + rng.integers(0, _JARGON, int(jargon.sum()))
    told = np.take_along_axis(own, np.argsort(rng.random(own.shape), axis=1)[:, :_TOLD_WORDS], axis=1)
    titles, bodies = [], []
    for row, end in enumerate(ends.tolist()):
        text = [_spelt(words, rank) for rank in ranks[end - size[row] : end].tolist()]
        rare = [_spelt(words, rank) for rank in told[row].tolist()]
        titles.append(" ".join([*rare[:3], *text[:4]]))
        bodies.append(" ".join([*text[4:], *rare, *text[: len(text) // 2], *rare[:3]]))
    return titles, bodies


def _spelt(words: NDArray[np.object_], rank: int) -> str:
    return str(words[rank]) if rank < len(words) else word(rank)


def _copy_some(
    titles: list[str], bodies: list[str], story: Ints, first: NDArray[np.bool_], rng: np.random.Generator
) -> None:
    """Some who retell copy the first report."""
    origin = np.zeros(int(story.max(initial=0)) + 1, dtype=np.int64)
    origin[story[first]] = np.flatnonzero(first)
    retelling = np.flatnonzero(~first)
    for row in retelling[rng.random(len(retelling)) < _COPIED].tolist():
        titles[row], bodies[row] = titles[origin[story[row]]], bodies[origin[story[row]]]


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
