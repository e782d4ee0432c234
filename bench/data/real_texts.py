"""Reports that people really wrote, as a stream of any size.

The rows of public trackers come first, each once; beyond their number further reports retell them: words left
out and sentences in another order, so that no two are copies, and the vocabulary stays that of people.
"""

import numpy as np
import polars as pl

from bench.data.shared_folder import SHARED_FOLDER
from causeloop_pipeline.cli.labelled_sets import read_labelled_set

TRACKERS = ("tracker_filesystem", "tracker_scheduler", "tracker_mobile_sdk", "tracker_language")
_MAX_BAD_ROWS = 0.05
_KEPT_WORDS = 0.85  # the share of words that a retold report keeps


def has_real_texts() -> bool:
    """Whether the folder of shared data is there."""
    return (SHARED_FOLDER / "data" / "grouping").is_dir()


def draw_real_reports(size: int, seed: int = 0) -> tuple[pl.DataFrame, pl.Series]:
    """Some reports of trackers with their labels; another seed gives others."""
    rows = pl.concat([_read_tracker(name) for name in TRACKERS])
    generator = np.random.default_rng(seed)
    chosen = np.concatenate([generator.permutation(rows.height), generator.integers(0, rows.height, size)])
    is_original = (np.arange(size) < rows.height) & (seed == 0)
    taken = rows[chosen[:size].tolist()]
    texts = {
        name: [
            text if original else _retell(text, generator)
            for text, original in zip(taken[name].fill_null("").to_list(), is_original.tolist(), strict=True)
        ]
        for name in ("title", "body")
    }
    issues = taken.drop("label").with_columns(
        pl.Series("issue_id", [f"r{seed}-{number:07d}" for number in range(size)]),
        *(pl.Series(name, values) for name, values in texts.items()),
    )
    return issues, taken["label"]


def _read_tracker(name: str) -> pl.DataFrame:
    labelled = read_labelled_set(
        SHARED_FOLDER / "data/grouping" / f"{name}.parquet", "group_label", _MAX_BAD_ROWS
    )
    alone = pl.format("{}-{}", pl.lit("alone"), "issue_id")
    return labelled.issues.with_columns(
        labelled.labels.cast(pl.String).alias("label"), pl.lit(name).alias("source")
    ).with_columns(pl.coalesce("label", alone).alias("label"))


def _retell(text: str, generator: np.random.Generator) -> str:
    """The text with fewer words and its sentences in another order."""
    sentences = text.split(". ")
    generator.shuffle(sentences)
    words = ". ".join(sentences).split(" ")
    stays = generator.random(len(words)) < _KEPT_WORDS
    return " ".join(word for word, is_kept in zip(words, stays.tolist(), strict=True) if is_kept) or text
