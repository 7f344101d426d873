"""Names that were published in capitals, written as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def title_case(published: str, exact_words: Sequence[str] = ()) -> str:
    """Turn "MCKENZIE TOWNE" into "McKenzie Towne", spacing kept.

    Words with a digit ("01B") stay as they are; `exact_words` are written as given whatever
    their case was.
    """
    exact = {word.casefold(): word for word in exact_words}

    def written(found: re.Match[str]) -> str:
        word = found.group()
        if word.casefold() in exact:
            return exact[word.casefold()]
        return word if any(map(str.isdigit, word)) else _capitalised(word)

    return _WORD.sub(written, published)


def _capitalised(word: str) -> str:
    """Return a word with a capital first letter, and a second one after "Mc"."""
    lower = word.lower()
    if lower.startswith("mc") and len(lower) > 3:
        return "Mc" + lower[2:].capitalize()
    return lower[:1].upper() + lower[1:]
