"""What people did when a failure ended: kinds of actions, and the words in which they are reported.

Order decides where a sentence tells of several: what lasts comes before what only ends it for now.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """A kind of action and how a sentence tells of it, in lower case."""

    kind: str
    words: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class ReportedAction:
    """An action that a text reports: its kind, and the words, such as “restarted the pool”."""

    kind: str
    phrase: str


NOTHING_DONE = "nothing"
"""The kind of an ending for which nothing was done: it passed by itself, or was not a failure."""

_OBJECT = (
    r"(?: (?!(?:and|then|because|after|before|so|which|but|to|at|on|in|for|by|from|with|until)\b)"
    r"[\w'/.:-]+){0,4}"
)

_WORDS = (
    ("rolled back", r"roll(?:ed|ing)?[- ]?back|revert(?:ed|ing)?|backed out|downgrad(?:ed|ing)"),
    ("replaced", r"replac(?:ed|ing)|swapp(?:ed|ing)|exchang(?:ed|ing)|re-?seat(?:ed|ing)"),
    (
        "raised a limit",
        r"(?:rais|increas|enlarg|expand|extend|doubl|resiz)(?:ed|ing)|scal(?:ed|ing) (?:up|out)"
        r"|added (?:more )?(?:capacity|memory|disk|nodes?|workers?|replicas?|space|instances?)",
    ),
    ("renewed", r"renew(?:ed|ing)|rotat(?:ed|ing)|re-?issu(?:ed|ing)"),
    (
        "changed a setting",
        r"(?:re-?configur|adjust|tun|correct|chang|updat|set)(?:ed|ing)? (?:the |a |its |our )?"
        r"(?:[\w-]+ ){0,3}(?:config\w*|settings?|parameters?|timeouts?|thresholds?|rules?|limits?"
        r"|polic\w+|records?)"
        r"|disabl(?:ed|ing)|enabl(?:ed|ing)|re-?configur(?:ed|ing)",
    ),
    (
        "deployed a fix",
        r"(?:deploy|releas|shipp|merg|appl|push|roll)(?:ed|ing|ied) (?:out )?(?:a |the )?(?:[\w-]+ ){0,2}"
        r"(?:fix|hotfix|patch|change|update|release|version)|patch(?:ed|ing)|hotfix(?:ed)?|upgrad(?:ed|ing)"
        r"|fixed (?:in|by|with|on) (?:#?\d|v\d|[0-9a-f]{7}|https?:|commit|pr\b|master|main|trunk|branch)",
    ),
    (
        "cleared",
        r"(?:clear|delet|purg|clean|remov|truncat|flush|prun|free)(?:ed|ing|d)?(?: up)?\b|drain(?:ed|ing)",
    ),
    (
        "failed over",
        r"fail(?:ed|ing)? ?over|switch(?:ed|ing)? (?:over|to)|mov(?:ed|ing) traffic|re-?rout(?:ed|ing)",
    ),
    ("unblocked an account", r"unlock(?:ed|ing)|reset (?:the |his |her |their )?password|grant(?:ed|ing)"),
    (
        "ran again",
        r"re-?r[ua]n(?:ning)?\b|re-?tri(?:ed)|re-?start(?:ed)? (?:the )?job|re-?process(?:ed|ing)"
        r"|replay(?:ed|ing)",
    ),
    (
        "restarted",
        r"re-?start(?:ed|ing)?|re-?boot(?:ed|ing)?|power[- ]?cycl(?:ed|ing)|bounc(?:ed|ing)|recycl(?:ed|ing)"
        r"|kill(?:ed|ing)|reset(?:ting)?",
    ),
    (
        "waited for the provider",
        r"(?:provider|vendor|carrier|third party|upstream) (?:\w+ )?(?:fixed|resolved|restored|recovered)",
    ),
    ("repaired", r"repair(?:ed|ing)|rebuil[td]|re-?index(?:ed|ing)|restor(?:ed|ing)|re-?sync(?:ed|hronized)"),
    (
        NOTHING_DONE,
        r"(?:no|without) (?:action|trouble|fault)|false alarm|not reproducible|cannot reproduce|by itself"
        r"|self[- ]?(?:resolved|healed|recovered)|auto-?resolved|duplicate|won'?t fix|works as designed"
        r"|user error",
    ),
)
ACTIONS = tuple(Action(kind, re.compile(rf"(?<![\w-])(?:{words}){_OBJECT}")) for kind, words in _WORDS)
_PLANNED = re.compile(
    r"\b(?:will|should|must|need(?:s)? to|plan(?:ned)? to|please|todo|could|would|don't|do not)\b"
)
_LAST_WORDS = re.compile(r"(?: (?:of|over|the|a|an|up|out|off|its|our))+$")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")


def find_action(text: str) -> ReportedAction | None:
    """Find what a text says was done.

    In: a closing note, a comment, or a description of an ending. Out: the action that lasts longest of those
    reported in the text; None where it reports none. Sentences about plans do not count.
    """
    sentences = [part.lower() for part in _SENTENCE.split(text) if not _PLANNED.search(part.lower())]
    for action in ACTIONS:
        for sentence in sentences:
            if match := action.words.search(sentence):
                return ReportedAction(action.kind, _LAST_WORDS.sub("", match.group(0)).strip(" .:-"))
    return None
