"""Endless issues for measuring: machines' messages from statements with slots, people's reports from a
vocabulary with power-law words.
"""

import numpy as np
import polars as pl

STATEMENTS = 400
VOCABULARY = 60_000
_SLOTS = ("10.{}.7.{}", "{}", "/var/data/part-{}", "job_{}", "{} ms", "0x{:x}")


def machine_stream(issues: int, seed: int = 0) -> tuple[pl.DataFrame, pl.Series]:
    """Messages of 400 statements, Zipf-distributed, each with fresh slot values; and the statement of
    each.
    """
    rng = np.random.default_rng(seed)
    words = _words(2_000, np.random.default_rng(1))
    kinds = np.random.default_rng(2)
    parts = [[words[w] for w in kinds.integers(0, 2_000, 7)] for _ in range(STATEMENTS)]
    slots = kinds.integers(0, len(_SLOTS), STATEMENTS)
    share = 1.0 / np.arange(1, STATEMENTS + 1)
    statement = rng.choice(STATEMENTS, issues, p=share / share.sum())
    numbers = rng.integers(1, 10**6, issues)
    titles = []
    for kind, number in zip(statement.tolist(), numbers.tolist(), strict=True):
        text = parts[kind]
        slot = _SLOTS[slots[kind]].format(number, number % 256)
        titles.append(f"{' '.join(text[:3])} {slot} {' '.join(text[3:])} {number % 977}")
    table = _table(titles, None, "logs", rng).with_columns(service=pl.Series(statement % 40).cast(pl.String))
    return table, pl.Series("label", statement).cast(pl.String)


def report_stream(issues: int, seed: int = 0) -> tuple[pl.DataFrame, pl.Series]:
    """Reports of about 60 words, three of ten retell one of earlier; and the story of each."""
    rng = np.random.default_rng(seed)
    words = np.array(_words(VOCABULARY, np.random.default_rng(3)), dtype=object)
    stories = max(int(issues * 0.7), 1)
    story = np.concatenate([np.arange(stories), rng.integers(0, stories, issues - stories)])
    core = np.random.default_rng(seed + 10)
    rare = core.integers(200, VOCABULARY, (stories, 8))
    common = np.minimum(rng.zipf(1.3, (issues, 50)) - 1, VOCABULARY - 1)
    titles, bodies = [], []
    for at, kind in enumerate(story.tolist()):
        own = words[rare[kind]]
        chosen = own[rng.permutation(8)[:5]]
        titles.append(" ".join([*chosen[:3], *words[common[at, :4]]]))
        bodies.append(" ".join([*words[common[at, 4:]], *chosen, *own[:3]]))
    table = _table(titles, bodies, "tracker", rng)
    return table.with_columns(service=pl.Series(story % 50).cast(pl.String)), pl.Series("label", story).cast(
        pl.String
    )


def _table(
    titles: list[str], bodies: list[str] | None, source: str, rng: np.random.Generator
) -> pl.DataFrame:
    n = len(titles)
    seconds = np.sort(rng.integers(0, 365 * 86_400, n))
    return pl.DataFrame(
        {
            "issue_id": [f"{at:08d}" for at in range(n)],
            "title": titles,
            "body": pl.Series(bodies if bodies is not None else [None] * n, dtype=pl.String),
            "source": source,
            "source_created_at": pl.Series((1_700_000_000 + seconds) * 1_000_000).cast(
                pl.Datetime("us", "UTC")
            ),
        }
    )


def _words(count: int, rng: np.random.Generator) -> list[str]:
    """Distinct pronounceable words, none of which looks like a number or an identifier."""
    onsets, vowels = list("bdfgklmnprstvz"), list("aeiou")
    found: dict[str, None] = {}
    while len(found) < count:
        size = int(rng.integers(2, 5))
        found["".join(onsets[rng.integers(14)] + vowels[rng.integers(5)] for _ in range(size)) + "n"] = None
    return list(found)
