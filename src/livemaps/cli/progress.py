"""Progress bars for long work, drawn on standard error where that is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def progress_bar(title: str, unit: str) -> Iterator[Callable[[int, int | None], None]]:
    """Yield a function to call with (done, expected or None); rate and time left come with it."""
    with tqdm(desc=title, unit=f" {unit}", disable=None, leave=False, smoothing=0.1) as bar:

        def show(done: int, expected: int | None) -> None:
            bar.total = expected
            bar.update(done - bar.n)

        yield show
