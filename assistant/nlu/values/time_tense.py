"""Says whether a time is spoken of as past: ``ordered on friday`` means the last one, ``can i come on friday`` the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.nlu.values.tokens import word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.nlu.values.tokens import Token

_PAST = word_list(
    "was were had did didn't wasn't weren't hadn't been got received arrived came went sent shipped dispatched delivered returned"
    " ordered bought purchased paid placed charged debited happened promised told said called wrote tried opened unpacked broke"
    " stopped left since ago"
)
_FUTURE = word_list(
    "will won't would can can't could may might shall should need want going gonna hope plan wish must let until till by before"
    " let's next tomorrow later i'll we'll it'll you'll"
)
_FAR = 6


def is_said_of_the_past(tokens: Sequence[Token], first: int, behind: int) -> bool:
    """Says whether the nearest word that has a tense is of the past; before the time rather than behind it.

    Args:
        tokens: of the text.
        first: token that the time starts at.
        behind: token behind it.
    """
    before = (tokens[i].text for i in range(first - 1, max(-1, first - 1 - _FAR), -1))
    after = (tokens[i].text for i in range(behind, min(len(tokens), behind + _FAR)))
    for words in (before, after):
        tense = next((word in _PAST for word in words if word in _PAST or word in _FUTURE), None)
        if tense is not None:
            return tense
    return False
