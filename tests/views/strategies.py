"""Random rows and random filters for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from livemaps.model import AGE_BANDS, Filters, Measure, Stage, Standing
from livemaps.snapshot import NO_DAY
from tests.views.town import (
    AGENCIES,
    CHANNELS,
    COMMUNITIES,
    RECENT_DAYS,
    SERVICES,
    TODAY,
    UNPLACED,
    WARDS,
    Row,
)

# Edges of every age band and of the recent window are likelier than by chance.
EDGES = sorted(
    {TODAY - band.least for band in AGE_BANDS}
    | {TODAY - (band.most or 900) for band in AGE_BANDS}
    | {TODAY - RECENT_DAYS, TODAY - RECENT_DAYS - 1, TODAY - 30, TODAY - 31, TODAY}
)
days = st.one_of(st.sampled_from(EDGES), st.integers(TODAY - 900, TODAY))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """One random request; a few are closed before they were requested, as in real feeds."""
    stage = draw(st.sampled_from(list(Stage)))
    requested = draw(days)
    reopened = st.sampled_from([NO_DAY, NO_DAY, NO_DAY, requested])
    closing = st.integers(-2, 200).map(lambda after: min(requested + after, TODAY))
    return Row(
        service=draw(st.sampled_from(SERVICES)),
        agency=draw(st.sampled_from(AGENCIES)),
        channel=draw(st.sampled_from(CHANNELS)),
        stage=stage,
        standing=draw(st.sampled_from([Standing.COUNTS, *Standing])),
        community=draw(st.sampled_from([*COMMUNITIES, *UNPLACED])),
        ward=draw(st.sampled_from([*WARDS, *UNPLACED])),
        requested=requested,
        closed=draw(closing if stage is Stage.RESOLVED else reopened),
        place=draw(st.integers(0, 1)),
        flags=draw(st.sampled_from([0, 0, 1, 2, 4, 8])),
        held=draw(st.sampled_from(["base", "base", "fresh", "changed"])),
    )


towns = st.lists(rows(), max_size=40)


def some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    """No restriction more often than not, else a few values."""
    return st.one_of(
        st.just(frozenset[str]()),
        st.just(frozenset[str]()),
        st.frozensets(st.sampled_from(values), max_size=3),
    )


@st.composite
def all_filters(draw: st.DrawFn) -> Filters:
    """Random filters over everything that the town has."""
    dates = sorted((draw(days), draw(days)))
    filters = Filters(
        measure=draw(st.sampled_from(list(Measure))),
        services=draw(some(SERVICES)),
        categories=draw(some(("Roads", "Waste", "311 Contact Us", "Éclairage"))),
        agencies=draw(some(AGENCIES)),
        channels=draw(some(CHANNELS)),
        stages=draw(some(tuple(stage.name.lower() for stage in Stage))),
        ages=draw(some(tuple(band.key for band in AGE_BANDS))),
        since=draw(st.sampled_from([None, dates[0]])),
        until=draw(st.sampled_from([None, dates[1]])),
        set_apart=draw(st.booleans()),
    )
    filters = filters.with_area("community", draw(some((*COMMUNITIES, *UNPLACED))))
    return filters.with_area("ward", draw(some((*WARDS, *UNPLACED))))
