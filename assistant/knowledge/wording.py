"""The words of a question and of a passage as a reader of answers looks at them."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.faq.folding import fold
from assistant.faq.vocabulary import stem

KINDS = ("how long", "how many", "how much", "when", "who", "where", "why", "how", "whether", "what")
"""Kinds of questions, by what they ask for; ``whether`` is answered by yes or no, ``what`` is all that is left."""

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")

_FUNCTION_WORDS = (
    "a about after again all also am an and any are as at be been before being but by can could did do does doing done for from get"
    " got had has have having he her here him his how i id if ill im in into is it its ive just like me may might must my no not of"
    " off on one or our ours out over own please shall she should so some such than that the their them then there these they this"
    " those to too under until up us very was we were what whats when where whether which while who whom whose why will with would"
    " yes you your yours"
)
_CUES = "because since by if when unless until once within after before to so in for from between"
_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty ninety hundred thousand"
    " half double first second third none no"
)
_TIMES = (
    "second seconds minute minutes hour hours day days week weeks month months year years weekday weekdays working business monday"
    " tuesday wednesday thursday friday saturday sunday january february march april may june july august september october"
    " november december today tomorrow"
)
_AUXILIARIES = "do does did is are was were can could will would may must should has have am"

FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
CUES = frozenset(_CUES.split())
"""What often opens the part of a sentence that is asked for."""

NUMBERS = frozenset(_NUMBERS.split())
TIMES = frozenset(_TIMES.split())

_OPENINGS = (
    ("how long", ("how long", "how soon", "how quickly", "how fast", "how old", "for how long")),
    ("how many", ("how many", "how often", "what number", "how far", "how big", "how large", "how high")),
    ("how much", ("how much", "what amount", "what percentage", "what is the price", "what is the cost", "what does it cost")),
    (
        "when",
        ("when", "by when", "until when", "on what date", "what date", "what time", "what year", "in what year", "under what"),
    ),
    ("who", ("who", "whom", "whose", "by whom", "to whom")),
    ("where", ("where", "in what place", "to where", "what place")),
    ("why", ("why", "for what reason", "what for", "how come", "what is the reason")),
    ("how", ("how", "in what way")),
    ("whether", tuple(_AUXILIARIES.split())),
)


@lru_cache(maxsize=1024)
def kind(question: str) -> int:
    """Returns the number of a question's kind in KINDS, told by its first words, or else by a question word further on."""
    folded = f"{fold(question)} "
    for name, openings in _OPENINGS:
        if any(folded.startswith(f"{opening} ") for opening in openings):
            return KINDS.index(name)
    for name, openings in _OPENINGS[:-1]:
        if any(f" {opening} " in folded for opening in openings):
            return KINDS.index(name)
    return KINDS.index("what")


def content_stems(text: str) -> frozenset[str]:
    """Returns the stems of a text's words that carry content."""
    return frozenset(stem(word) for word in fold(text).split() if word not in FUNCTION_WORDS)
