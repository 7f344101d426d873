"""A bounded memory of answers, safe between threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Memo:
    """Remembers the answers last asked for, at most `most` of them.

    When several threads ask for the same thing at once (a new snapshot, fifty open pages), one
    works it out and the others wait for it. An error is not remembered: it is raised in all
    that waited, and the next one to ask tries again.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Hashable, work: Callable[[], Answer]) -> Answer:
        """Return the answer remembered for a key, or work it out and remember it."""
        with self._lock:
            future = self._answers.get(key)
            if future is not None:
                self._answers.move_to_end(key)
            else:
                self._answers[key] = mine = Future[Any]()
                if len(self._answers) > self._most:
                    self._answers.popitem(last=False)
        if future is not None:
            answer: Answer = future.result()
            return answer
        return self._worked_out(key, mine, work)

    def _worked_out(self, key: Hashable, future: Future[Any], work: Callable[[], Answer]) -> Answer:
        """Work out an answer for all who wait for it."""
        try:
            answer = work()
        except BaseException as error:
            with self._lock:
                if self._answers.get(key) is future:
                    del self._answers[key]
            future.set_exception(error)
            raise
        future.set_result(answer)
        return answer
