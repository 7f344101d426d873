"""Every error that livemaps raises on purpose, in one tree.

    LivemapsError
    ├── ConfigurationError      a setting or a city profile is wrong: the operator can act
    │   ├── SettingError
    │   └── ProfileError        carries every problem found, each with its line
    ├── FeedError               the city's portal did not give what was asked for
    │   ├── FeedUnavailable     no connection, time-out, 5xx: worth trying again
    │   ├── FeedThrottled       429, or told to come back later
    │   ├── FeedRefused         the portal understood and said no (4xx, error body)
    │   ├── FeedMalformed       truncated, too large, not JSON, wrong content type
    │   └── SchemaChanged       a mapped column is gone
    ├── BoundaryError           a boundary file cannot be used
    ├── StoreError
    │   ├── StoreLocked         another process is writing
    │   ├── StoreFull           no space left on the disk
    │   ├── StoreDamaged        the file is not a readable database
    │   └── StoreTooNew         written by a later version of livemaps
    ├── SnapshotError
    │   ├── NoSnapshot          nothing was published yet
    │   ├── StaleSnapshot       what was published is older than the operator allows
    │   ├── MeasuresPending     the measures of what was published are not computed yet
    │   └── SnapshotDamaged     published files are missing or unreadable
    └── VisitorError            the address asked for something that is not there
        ├── UnknownValue        a filter, area, measure or page that does not exist
        └── TooLarge            more than one answer may hold

`http_status` is the only place where an error becomes an HTTP status.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


class LivemapsError(Exception):
    """The root: its message is written for the person who can act on it."""


class ConfigurationError(LivemapsError):
    """Something the operator wrote is wrong."""


class SettingError(ConfigurationError):
    """An environment variable or command-line option has an impossible value."""

    def __init__(self, setting: str, value: object, remedy: str) -> None:
        super().__init__(f"{setting} = {value!r} cannot be used: {remedy}")
        self.setting = setting
        self.value = value
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class ProfileProblem:
    """One fault in a city profile: where it is, what stands there, what to write instead."""

    line: int | None
    key: str
    value: object
    remedy: str

    def __str__(self) -> str:
        """One line for a terminal, as `line 12: feed.address = 'x': remedy`.

        A value of None is a key that is not there: TOML cannot say None.
        """
        where = f"line {self.line}: " if self.line else ""
        value = "" if self.value is None else f" = {self.value!r}"
        return f"{where}{self.key}{value}: {self.remedy}"


class ProfileError(ConfigurationError):
    """A city profile cannot be used; `problems` lists every fault found in it."""

    def __init__(self, source: str, problems: Sequence[ProfileProblem]) -> None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"the city profile {source} cannot be used:\n{lines}")
        self.source = source
        self.problems = tuple(problems)


class FeedError(LivemapsError):
    """The city's portal did not give what was asked for."""


class FeedUnavailable(FeedError):
    """No connection, a time-out or a server error: the same call may succeed later."""


class FeedThrottled(FeedError):
    """The portal asks for patience. `retry_after` is in seconds, None where it did not say."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class FeedRefused(FeedError):
    """The portal understood the call and refused it; trying again will not help.

    `status` is the HTTP status, `code` the portal's own error code and `column` the column that
    it names, where it did.
    """

    def __init__(
        self, message: str, *, status: int | None = None, code: str = "", column: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.column = column


class FeedMalformed(FeedError):
    """The answer is truncated, too large, of the wrong type or not readable."""


class SchemaChanged(FeedError):
    """A column that the profile maps is no longer in the dataset."""

    def __init__(self, dataset: str, columns: Sequence[str]) -> None:
        names = ", ".join(columns)
        super().__init__(
            f"the dataset {dataset} no longer has the column(s) {names}: "
            "change [fields] in the city profile to the new names"
        )
        self.dataset = dataset
        self.columns = tuple(columns)


class BoundaryError(LivemapsError):
    """A boundary file is missing, empty, invalid or lacks its key field."""


class StoreError(LivemapsError):
    """The database of requests cannot be used."""


class StoreLocked(StoreError):
    """Another process holds the lock."""


class StoreFull(StoreError):
    """The disk has no space left; nothing of the refresh was kept."""


class StoreDamaged(StoreError):
    """The file is not a database, or its pages contradict each other."""


class StoreTooNew(StoreError):
    """The database was written by a later version of livemaps."""


class SnapshotError(LivemapsError):
    """The published columns cannot be read."""


class NoSnapshot(SnapshotError):
    """Nothing was published yet: the first refresh has not finished."""


class StaleSnapshot(SnapshotError):
    """The last successful check of the portal is longer ago than the settings allow."""


class MeasuresPending(SnapshotError):
    """The measures asked for are not computed yet, or not for these boundaries.

    `remedy` is for who asked, `retry_after` how many seconds later to ask again.
    """

    def __init__(
        self, message: str, remedy: str = "ask again a minute later", retry_after: int = 60
    ) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.retry_after = retry_after


class SnapshotDamaged(SnapshotError):
    """A published file is missing or does not hold what its description says."""


class VisitorError(LivemapsError):
    """The address asks for something that is not there; `remedy` is what to write instead."""

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(f"{message}: {remedy}" if remedy else message)
        self.remedy = remedy


class UnknownValue(VisitorError):
    """A filter, area, measure or page in the address does not exist."""

    def __init__(self, name: str, value: str, remedy: str) -> None:
        super().__init__(f"{name} = {value!r} is not known", remedy)
        self.name = name
        self.value = value


class TooLarge(VisitorError):
    """The answer would be larger than one answer may be."""


HTTP_STATUSES: Mapping[type[LivemapsError], int] = MappingProxyType(
    {
        UnknownValue: 404,
        TooLarge: 413,
        VisitorError: 400,
        NoSnapshot: 503,
        MeasuresPending: 503,
        SnapshotError: 503,
        StoreLocked: 503,
        StoreFull: 507,
        FeedThrottled: 503,
        FeedUnavailable: 502,
        FeedError: 502,
        LivemapsError: 500,
    }
)


def http_status(error: LivemapsError) -> int:
    """Return the HTTP status for an error: that of its nearest class in `HTTP_STATUSES`."""
    return next(HTTP_STATUSES[kind] for kind in type(error).__mro__ if kind in HTTP_STATUSES)


def sentence_of_fault(error: Exception) -> str:
    """Return what people are told of an error that nobody foresaw; its traceback is in the log."""
    return f"livemaps itself is at fault ({type(error).__name__}: {error}): see the log"
