"""Where what is shown can be taken away from. Paths of the API, with the page's own filters."""

from __future__ import annotations

from livemaps.views.file_names import filtered_stem
from livemaps.views.query import to_query
from livemaps.web.elements import Element, element
from livemaps.web.site import Visit, feed_address


def requests_downloads(visit: Visit) -> list[Element]:
    """Return links to the requests behind the list, and to the feed that tells of new ones."""
    query = to_query(visit.address.filters)
    files = [_file(visit, f"/api/v1/requests.{kind}", query, kind) for kind in ("csv", "geojson")]
    follow = element(
        "a",
        visit.words("feed.follow"),
        href=feed_address(visit.address.filters, visit.words.language),
        type="application/atom+xml",
    )
    return [*files, follow, embed(visit)]


def area_downloads(visit: Visit) -> list[Element]:
    """Return links to the map's numbers and areas, and a button that keeps its picture.

    As on the map, areas count what choosing them would show: their own filter is lifted.
    """
    filters = visit.address.filters.with_area(visit.layer, frozenset())
    query = "&".join(part for part in (to_query(filters), f"layer={visit.layer}") if part)
    files = [_file(visit, f"/api/v1/areas.{kind}", query, kind) for kind in ("csv", "geojson")]
    shown = filtered_stem(visit.profile.id, ("by", visit.layer), filters)
    picture = element(
        "button",
        visit.words("download.png"),
        type="button",
        data_action="picture",
        data_name=shown,
    )
    return [*files, picture, embed(visit)]


def embed(visit: Visit) -> Element:
    """Return the button that shows, and copies, the code for this view within another page."""
    words = visit.words
    return element(
        "div",
        element(
            "button",
            words("embed.copy"),
            type="button",
            data_action="embed",
            data_done=words("embed.copied"),
        ),
        element(
            "textarea",
            readonly=True,
            hidden=True,
            rows="5",
            aria_label=words("embed.code"),
            spellcheck="false",
        ),
        class_="embed-code",
    )


def _file(visit: Visit, path: str, query: str, kind: str) -> Element:
    """Return a link to a file."""
    href = f"{path}?{query}" if query else path
    return element("a", visit.words(f"download.{kind}"), href=href, download=True)
