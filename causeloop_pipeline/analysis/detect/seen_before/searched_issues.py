"""The stored issues that a new failure is compared with: their texts, and the keys that copies share."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import compute_template_key
from causeloop_pipeline.analysis.detect.fingerprints.masking import DISPLAYED_WILDCARD, WILDCARD, mask_message
from causeloop_pipeline.analysis.detect.fingerprints.templates import TemplateCatalog
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import build_postings
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows

COMPARED_COPIES = 3
KNOWN_COLUMNS = ("group_id", "pattern_id", "kind", "template", "template_key", "title_key", "trace_key")
COPY_KEYS = ("template_key", "title_key", "trace_key")
_IS_OLD_COPY = (
    (pl.col("kind") == "machine")
    & pl.col("template_key").is_not_null()
    & (pl.int_range(pl.len(), 0, -1).over("template_key") - 1 >= COMPARED_COPIES)
).fill_null(value=False)


class GroupedIssue(NamedTuple):
    """What a search for one failure reads of an issue, again and again."""

    group_id: str
    pattern_id: str | None
    issue_id: str
    kind: str | None
    template_probability: float | None


@dataclass(frozen=True, slots=True)
class SearchedIssues:
    """Issues in canonical order, what grouping knows of each, and the vectors of their texts."""

    table: pl.DataFrame  # ISSUE_SCHEMA and KNOWN_COLUMNS, `template_probability`
    issues: list[GroupedIssue]  # by row of the table
    sizes: Mapping[str, int]  # how many issues each group has
    copies: Mapping[str, Mapping[str, list[int]]]  # for each of COPY_KEYS: the rows by key
    compared: Ints  # rows of the table: the texts of the corpus, of a message that is repeated the last few
    corpus: Corpus
    lexicon: Lexicon
    postings: Any
    sources: list[str]
    catalog: TemplateCatalog


def prepare_issues(
    issues: pl.DataFrame, fingerprints: pl.DataFrame, membership: pl.DataFrame
) -> SearchedIssues:
    """Prepares issues to be searched, once for many failures.

    In: `ISSUE_SCHEMA`; `FINGERPRINT_SCHEMA` of the same issues, where there are any; `membership`, a frame of
    `issue_id` and `pattern_id`. Out: the issues; `group_id` is the pattern's or, where an issue is in none,
    its own. Raises `IssueTableError`.
    """
    columns = fingerprints.select("issue_id", *KNOWN_COLUMNS[2:], "template_probability")
    table = (
        canonical_issues(issues)
        .join(columns, on="issue_id", how="left", maintain_order="left")
        .join(membership.select("issue_id", "pattern_id"), on="issue_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("pattern_id", "issue_id").alias("group_id"))
    )
    compared = _choose_compared(table)
    texts = select_text_rows(table[compared])
    lexicon, counts = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, counts)
    grouped = [GroupedIssue(*row) for row in table.select(GroupedIssue._fields).iter_rows()]
    return SearchedIssues(
        table=table,
        issues=grouped,
        sizes=Counter(issue.group_id for issue in grouped),
        copies={name: _list_rows(table[name]) for name in COPY_KEYS},
        compared=compared,
        corpus=corpus,
        lexicon=lexicon,
        postings=build_postings(corpus, lexicon, for_new_texts=True),
        sources=texts["source"].to_list(),
        catalog=TemplateCatalog(templates=_list_templates(table)),
    )


def _choose_compared(table: pl.DataFrame) -> Ints:
    """The rows whose texts are compared: a word of one message is not common because that was repeated."""
    return table.select(pl.arg_where(~_IS_OLD_COPY)).to_series().to_numpy().astype(np.int64)


def _list_rows(keys: pl.Series) -> dict[str, list[int]]:
    """The rows of each key, in order."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        if key is not None:
            rows[key].append(row)
    return dict(rows)


def _list_templates(table: pl.DataFrame) -> Mapping[str, str]:
    """The templates of the issues, each leading to itself."""
    templates = sorted({template for template in table["template"] if template is not None})
    plain = [template.replace(DISPLAYED_WILDCARD, WILDCARD) for template in templates]
    return {template: template for template in plain}


def compute_message_keys(titles: Sequence[str]) -> list[str]:
    """Computes the keys that copies of messages share. In: titles. Out: the key of each masked text."""
    return [compute_template_key(mask_message(title)) for title in titles]


def find_message_keys(titles: Sequence[str], searched: SearchedIssues) -> list[str]:
    """Finds the keys of the templates that messages have.

    In: titles; the issues. Out: the key of the stored template that each fits, else that of its own masked
    text, which copies of it share.
    """
    masked = [mask_message(title) for title in titles]
    templates = searched.catalog.resolve(masked)
    return [compute_template_key(templates[message]) for message in masked]
