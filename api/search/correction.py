"""Corrects words that are typed wrongly, by the words that a workspace knows."""

from collections.abc import Sequence
from difflib import SequenceMatcher

MIN_SIMILARITY = 0.72
"""Of "timeuot" and "timeout": .86; of "paiment" and "payment": .86; of "login" and "logic": .8."""

MIN_LETTERS = 4
MAX_WORDS = 8


def correct(typed: str, vocabulary: Sequence[str]) -> str | None:
    """What was probably meant; None where no word is nearly one of the vocabulary."""
    words = typed.lower().split()
    if len(words) > MAX_WORDS:
        return None
    corrected = [find_nearest(word, vocabulary) or word for word in words]
    return " ".join(corrected) if corrected != words else None


def find_nearest(word: str, vocabulary: Sequence[str]) -> str | None:
    """The word of the vocabulary most similar to a word; None where none is similar or the word is in it."""
    if len(word) < MIN_LETTERS or any(each.startswith(word) for each in vocabulary):
        return None
    letters, matcher = set(word), SequenceMatcher(b=word)
    best, similarity = None, MIN_SIMILARITY
    for each in vocabulary:
        if abs(len(each) - len(word)) > 2 or len(letters & set(each)) < len(letters) - 2:
            continue
        matcher.set_seq1(each)
        if matcher.real_quick_ratio() >= similarity and (ratio := matcher.ratio()) > similarity:
            best, similarity = each, ratio
    return best
