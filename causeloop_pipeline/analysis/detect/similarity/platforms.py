"""Titles that name different platforms: `Android: the list flickers` and `iOS: the list flickers`.

Reports of one wording on two platforms are rarely duplicates of one another, for each platform has code of
its own. Only what both titles name counts: a title without a platform may be about any.
"""

from functools import lru_cache

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints

_SYSTEMS = (
    "android",
    "ios iphone ipad ipados iphoneos",
    "windows win32 win64 winxp vista",
    "linux ubuntu debian fedora centos rhel suse",
    "mac macos osx darwin cocoa",
    "freebsd",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "dragonfly",
    "aix",
    "blackberry bb10",
    "mobileweb",
    "tizen",
)
_PROCESSORS = ("arm arm64 armv7 aarch64", "386 i386 i686", "ppc64 ppc64le powerpc", "mips mips64", "s390x")
_BROWSERS = ("chrome chromium", "firefox", "safari", "edge msedge", "ie11")
_KINDS = (_SYSTEMS, _PROCESSORS, _BROWSERS)
_TWO_WORDS = ((" os x ", " osx "), (" plan 9 ", " plan9 "), (" mobile web ", " mobileweb "))
_BIT_OF_WORD = {
    word: 1 << place
    for place, words in enumerate(words for kind in _KINDS for words in kind)
    for word in words.split()
}


def compare_platforms(ours: pl.Series, theirs: pl.Series, left: Ints, right: Ints) -> Floats:
    """Compares the platforms that pairs of titles name.

    In: the normalized titles of two corpora (lower case, words between single spaces), pairs of rows. Out:
    per pair 1 where both name operating systems, processors or browsers, and none in common; else 0.
    """
    a, b = _read_platforms(ours, left), _read_platforms(theirs, right)
    differs = np.zeros(len(left), dtype=bool)
    for mask in _list_masks():
        differs |= (a & mask > 0) & (b & mask > 0) & (a & b & mask == 0)
    return differs.astype(np.float64)


@lru_cache
def _list_masks() -> tuple[int, ...]:
    """The bits of each kind of platform."""
    ends = np.cumsum([len(kind) for kind in _KINDS]).tolist()
    return tuple(
        sum(1 << place for place in range(end - len(kind), end))
        for kind, end in zip(_KINDS, ends, strict=True)
    )


def _read_platforms(titles: pl.Series, rows: Ints) -> Ints:
    """The platforms that the title in each of these rows names, as bits."""
    distinct, place = np.unique(rows, return_inverse=True)
    named = [
        sum({_read_word(word) for word in _join_words(title or "").split(" ")})
        for title in titles.gather(distinct).to_list()
    ]
    return np.array(named, dtype=np.int64)[place] if named else np.empty(0, dtype=np.int64)


def _join_words(title: str) -> str:
    """A title with one word for each platform."""
    padded = f" {title} "
    for words, word in _TWO_WORDS:
        padded = padded.replace(words, word)
    return padded


def _read_word(word: str) -> int:
    """The platform that a word names, with or without its version; 0 if it names none."""
    return _BIT_OF_WORD.get(word) or _BIT_OF_WORD.get(word.rstrip("0123456789"), 0)
