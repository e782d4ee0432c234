"""Tokens: counts the terms of texts: words, identifiers whole and in parts, numbers.

Words are expanded and stemmed once per distinct word, never per text, so that cost follows the vocabulary.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.similarity.text_patterns import narrow_pattern
from causeloop_pipeline.analysis.query_engine import choose_engine

MAX_BODY_CHARACTERS = 3_000
_MAX_TITLE_CHARACTERS = 500
_MAX_WORD_CHARACTERS = 60
_MARKUP = r"<[/!]?[A-Za-z][^<>]{0,300}>|&[a-z]{2,6};"
_RAW_WORD = r"#[0-9]+|[\pL_][\pL\pM\pN_]*(?:[.$][\pL_][\pL\pM\pN_]*)*|[0-9]+(?:\.[0-9]+)*"
_TITLE = pl.col("text").fill_null("").str.slice(0, _MAX_TITLE_CHARACTERS)
_BODY = pl.col("text").fill_null("").str.slice(0, MAX_BODY_CHARACTERS).str.replace_all(_MARKUP, " ")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
_STOP_WORDS = """
a about after all also am an and any are as at be because been before being but by can could did do does
done for from get got had has have having he her here him his how however i if in into is it its just like
made make me more most my no nor not now of off on once one only or other our out over own same see seem
she should so some such than that the their them then there these they this those through to too two under
until up upon use used using very via was we were what when where which while who why will with within
without would you your please thanks hi hello dear regards bug issue problem
"""
_STOP_SET = frozenset(_STOP_WORDS.split())


def select_title_text(titles: pl.Series) -> pl.Series:
    """The titles as they are counted: their first 500 characters, empty for null."""
    return titles.to_frame("text").select(_TITLE).to_series()


def select_body_text(bodies: pl.Series) -> pl.Series:
    """The bodies as they are counted: the beginning without markup (the rest is mostly logs and quotes)."""
    return bodies.to_frame("text").select(_BODY).to_series()


def count_terms(texts: pl.Series) -> pl.DataFrame:
    """Counts terms.

    In: texts. Out: `row` (UInt32: position of the text), `term`, `count` (UInt32), sorted by row and term.
    """
    terms, words = count_expanded_words(texts)
    counts = words.group_by("row", "code").agg(pl.col("count").sum()).sort("row", "code").collect()
    return counts.select("row", terms.gather(counts["code"]).alias("term"), "count")


def count_expanded_words(texts: pl.Series) -> tuple[pl.Series, pl.LazyFrame]:
    """Counts the words of texts, as a part of a larger query.

    In: texts. Out: their distinct terms in alphabetical order; and `row`, `code` (UInt32: the term's place
    among them), `count` (UInt32), once for each distinct word of a text that has the term.
    """
    words = (
        pl.LazyFrame({"text": texts})
        .with_row_index("row")
        .select("row", word=pl.col("text").str.extract_all(narrow_pattern(_RAW_WORD, texts)))
        .explode("word", empty_as_null=False)
        .drop_nulls()
        .group_by("row", "word")
        .agg(pl.len().cast(pl.UInt32).alias("count"))
        .collect(engine=choose_engine(len(texts)))
    )
    distinct = words["word"].unique()
    terms_of_word = [expand_word(word) for word in distinct.to_list()]
    all_terms = pl.Series("term", list(chain.from_iterable(terms_of_word)), pl.String)
    sizes = np.fromiter(map(len, terms_of_word), dtype=np.int64, count=len(terms_of_word))
    codes = pl.LazyFrame(
        {
            "word": distinct.gather(np.repeat(np.arange(len(sizes)), sizes)),
            "code": all_terms.rank("dense").cast(pl.UInt32) - 1,
        }
    )
    counted = words.lazy().join(codes, on="word").select("row", "code", "count")
    return all_terms.unique().sort(), counted


@lru_cache(maxsize=65_536)
def expand_word(word: str) -> Sequence[str]:
    """Finds the terms of a word.

    In: a word as it stands in the text. Out: itself and its camelCase and dotted parts, stemmed and without
    stop words; of scripts without spaces, the pairs of characters.
    """
    if len(word) > _MAX_WORD_CHARACTERS:
        return ()
    whole = word.lower()
    if _is_whole(word):
        return tuple(_stem_words([whole]))
    parts = [part.lower() for part in _PART.findall(word)] if not whole.isdigit() else []
    terms = dict.fromkeys(_stem_words([whole, *parts] if len(parts) > 1 else [whole]))
    for run in _UNSPACED.findall(whole):
        terms.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
    return tuple(terms)


def _is_whole(word: str) -> bool:
    """Whether a word has no parts, as nearly all have none: to look for them costs most of a search."""
    return word.isascii() and word.isalpha() and (word[1:].islower() or word.isupper())


def spell_terms(terms: Sequence[str], title: str | None, body: str | None) -> list[str]:
    """Spells terms as one text does. In: terms, title and body. Out: see `spell_terms_of_each`."""
    titles, bodies = (pl.Series([text], dtype=pl.String) for text in (title, body))
    return spell_terms_of_each([terms], titles, bodies)[0]


def spell_terms_of_each(
    terms: Sequence[Sequence[str]], titles: pl.Series, bodies: pl.Series
) -> list[list[str]]:
    """Spells terms as texts do: people are to read words, not stems.

    In: the terms of each text, their titles and bodies. Out: per term the first of the text's words that it
    comes from, as it stands there; the term itself where the text has none, and of scripts without spaces.
    """
    texts = pl.select((select_title_text(titles) + "\n" + select_body_text(bodies)).alias("text"))["text"]
    words = texts.str.extract_all(narrow_pattern(_RAW_WORD, texts))
    return [_spell(own, list(read)) for own, read in zip(terms, words, strict=True)]


def _spell(terms: Sequence[str], words: Sequence[str]) -> list[str]:
    missing = {term for term in terms if not _UNSPACED.fullmatch(term)}
    spelled: dict[str, str] = {}
    for word in words:
        if not missing:
            break
        for term in missing.intersection(expand_word(word)):
            spelled[term] = word
            missing.discard(term)
    return [spelled.get(term, term) for term in terms]


def is_stop_word(word: str) -> bool:
    """Whether a word, in lower case, tells nothing about any failure."""
    return word in _STOP_SET


def _stem_words(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if len(word) > 1 and not is_stop_word(word):
            yield stem(word)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Stems an English word.

    In: a word in lower case. Out: the word without plural, -ing, -ed and -ly; other scripts and identifiers
    unchanged.
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    word = _singular(word)
    for ending in ("ing", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _trim_ending(word[: -len(ending)])
    return word.removesuffix("e") if len(word) > 4 else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _trim_ending(base: str) -> str:
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        return base[:-1]
    return base.removesuffix("e") if len(base) > 4 else base
