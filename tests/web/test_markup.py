"""Pages as HTML: what a browser reads before any script has run."""

from __future__ import annotations

from typing import Any

import pytest
from dash import dcc, html

from livemaps.web.elements import Region, element
from livemaps.web.markup import markup


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (None, ""),
        ("a < b & c", "a &lt; b &amp; c"),
        ([element("p", "one", element("b", "two"))], "<p>one<b>two</b></p>"),
        ([element("p", "it", key="7", class_="big")], '<p class="big">it</p>'),
        ([element("label", for_="x", tabindex=-1)], '<label for="x" tabindex="-1"></label>'),
        ([element("td", colspan=2)], '<td colspan="2"></td>'),
        ([element("input", type="checkbox", checked=True)], '<input type="checkbox" checked>'),
        ([element("input", type="checkbox", checked=False)], '<input type="checkbox">'),
        ([element("p", hidden=True, aria_hidden=True)], '<p hidden aria-hidden="true"></p>'),
        (
            [element("i", style={"width": "3%", "--share": "4%"})],
            '<i style="width:3%;--share:4%"></i>',
        ),
        ([element("svg", viewBox="0 0 1 1")], '<svg viewBox="0 0 1 1"></svg>'),
        ([element("a", href='/?q="><script>')], '<a href="/?q=&quot;&gt;&lt;script&gt;"></a>'),
        (
            [element("p", "<script>alert(1)</script>")],
            "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        ),
        (dcc.Store(id="kept", data={"secret": 1}), ""),
        (dcc.Graph(id="map", className="map"), '<div id="map" class="map"></div>'),
        (
            html.Div([html.Section("in", className="card"), None], id="out"),
            '<div id="out"><section class="card">in</section></div>',
        ),
        (
            Region(id="r", name="section", tree=[element("p", "x")], attributes={"className": "c"}),
            '<section id="r" class="c"><p>x</p></section>',
        ),
        (Region(id="empty"), '<div id="empty"></div>'),
        (element("p", "alone"), "<p>alone</p>"),
        (html.Div(5), "<div>5</div>"),
    ],
)
def test_a_part_is_written_as_html(part: Any, written: str) -> None:
    assert markup(part) == written


def test_the_chosen_option_of_a_list_is_marked_as_html_has_it() -> None:
    options = [element("option", name, value=name) for name in ("a", "b")]
    nested = [element("select", element("optgroup", options[0]), options[1], value="b")]
    assert markup(nested) == (
        '<select><optgroup><option value="a">a</option></optgroup>'
        '<option value="b" selected>b</option></select>'
    )
