"""Elements as data, and addresses as the only state."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from livemaps.model import Filters, Order
from livemaps.views import ViewOptions
from livemaps.web.elements import Region, element, tree
from livemaps.web.urlstate import Address

NAMES = st.sampled_from(["Roads", "Parks & Trees", "Éclairage - Rue", "a=b&c"])
DIMENSIONS = st.sampled_from(["service", "category", "agency", "channel", "community", "ward"])


def test_an_element_is_its_name_its_attributes_and_its_children() -> None:
    assert element("p", "a", ["b", None], False, class_="x", data_nav=True, hidden=None) == [
        "p",
        {"className": "x", "data-nav": "true"},
        "a",
        "b",
    ]


def test_an_element_among_children_is_not_taken_for_a_list() -> None:
    inner = element("b", "x")
    assert element("p", inner, [inner, [inner]]) == ["p", {}, inner, inner, inner]
    assert tree(None, inner, (inner for _ in range(2))) == [inner, inner, inner]


def test_attributes_keep_the_names_that_scripts_and_styles_use() -> None:
    made = element("input", name="agency", for_="x", aria_label="y", data_param="z", tabindex=-1)
    assert made[1] == {
        "name": "agency",
        "htmlFor": "x",
        "aria-label": "y",
        "data-param": "z",
        "tabIndex": -1,
    }


def test_a_region_is_a_component_that_holds_data_and_no_components() -> None:
    region = Region(id="x", tree=[element("p", "a")], name="section")
    assert region.to_plotly_json() == {
        "namespace": "livemaps",
        "type": "Region",
        "props": {"id": "x", "tree": [["p", {}, "a"]], "name": "section"},
    }


@given(DIMENSIONS, NAMES, NAMES)
def test_choosing_twice_is_not_choosing(dimension: str, value: str, other: str) -> None:
    start = Address().choosing(dimension, frozenset({other}))
    assert start.toggled(dimension, value).toggled(dimension, value) == start


@given(DIMENSIONS, st.sets(NAMES))
def test_each_filter_in_force_leads_to_the_address_without_it(
    dimension: str, values: set[str]
) -> None:
    address = Address().choosing(dimension, frozenset(values))
    for key, value, without in address.in_force():
        assert key == dimension
        assert without.chosen(key) == values - {value}


def test_a_filter_begins_again_on_the_first_page_and_a_view_option_does_not() -> None:
    address = Address(view=ViewOptions(page=7))
    assert address.toggled("agency", "Roads").view.page == 1
    assert address.shown(order=Order.OLDEST).view.page == 7


def test_clearing_keeps_what_is_counted_and_how_it_is_shown() -> None:
    address = Address(Filters(agencies=frozenset({"x"}), since=3), ViewOptions(lang="fr"))
    assert str(address.cleared()) == "/?lang=fr"


def test_another_page_keeps_language_and_theme_only() -> None:
    address = Address(Filters(since=3), ViewOptions(lang="fr", theme="dark", table=True))
    assert address.page_link("/about", "open") == "/about?lang=fr&theme=dark#open"
