"""Count what was wrong in the rows of a refresh, and say it in sentences for an operator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from livemaps.model import Page

SHOWN = 5
"""How many reasons, columns or statuses one sentence names; the rest is only counted."""


class Tally:
    """What the pages of one refresh held."""

    def __init__(self) -> None:
        self.received = 0
        self._rejects: Counter[str] = Counter()
        self._defects: Counter[str] = Counter()

    def add(self, page: Page) -> None:
        """Count a page."""
        self.received += page.received
        self._rejects.update(reject.reason for reject in page.rejects)
        self._defects.update(page.defects)

    @property
    def rejected(self) -> int:
        """How many rows could not be read."""
        return self._rejects.total()

    @property
    def trouble(self) -> tuple[str, ...]:
        """What was wrong, a sentence for each kind; empty where nothing was."""
        sentences = []
        if self._rejects:
            sentences.append(
                f"{self.rejected:,} of {self.received:,} rows could not be read and were set "
                f"aside ({_named(self._rejects)}); they are kept in the database's table rejects"
            )
        if self._defects:
            sentences.append(
                f"{self._defects.total():,} cells could not be read and were left empty "
                f"({_named(self._defects)})"
            )
        return tuple(sentences)


def unknown_statuses(open_by_status: Mapping[str, int], known: Collection[str]) -> tuple[str, ...]:
    """Say which statuses the profile does not list. Requests that have one count as open."""
    unknown = Counter({name: n for name, n in open_by_status.items() if name not in known})
    if not unknown:
        return ()
    keys = ", ".join(f'"{name}"' for name, _ in unknown.most_common(SHOWN))
    sentence = (
        f"{unknown.total():,} requests have a status that the city profile does not list and "
        f"count as open ({_named(unknown)}): add {keys} to [statuses]"
    )
    return (sentence,)


def _named(counts: Counter[str]) -> str:
    """Return counts as "no id: 2, no requested date: 1", the most frequent first."""
    named = [f"{name}: {count:,}" for name, count in counts.most_common(SHOWN)]
    if len(counts) > SHOWN:
        named.append(f"and {len(counts) - SHOWN} more")
    return ", ".join(named)
