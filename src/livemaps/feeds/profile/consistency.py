"""Checks that span several keys of a profile.

They look at the values as written, so that they report beside the model's own faults and not
only once those are mended; a value of the wrong type is left to the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from livemaps.errors import ProfileProblem
from livemaps.feeds.profile.lines import Path as KeyPath
from livemaps.feeds.profile.problems import Lines, problem
from livemaps.feeds.profile.promise_checks import (
    calendar_faults,
    population_faults,
    standard_faults,
)
from livemaps.feeds.profile.values import DATASET, nearest
from livemaps.feeds.profile.wording_checks import wording_faults

_OPEN = frozenset({"received", "in_progress"})
_DONE = "resolved"

Finding = tuple[KeyPath, object, str]


def inconsistencies(
    data: Mapping[str, Any], folder: Path, lines: Lines
) -> Iterator[ProfileProblem]:
    """Yield a problem for each contradiction between keys; `folder` is where paths start."""
    others = (standard_faults, calendar_faults, population_faults, wording_faults)
    own = (_layer_ids, _within, _dates, _files, _area_codes, _coordinates, _backlog)
    for check in (*own, *others):
        for path, value, remedy in check(data, folder):
            yield problem(path, value, remedy, lines)


def _layer_ids(data: Mapping[str, Any], _folder: Path) -> Iterator[Finding]:
    seen: dict[object, int] = {}
    for position, layer in _layers(data):
        layer_id = layer.get("id")
        if isinstance(layer_id, str) and layer_id in seen:
            yield (
                ("layers", position, "id"),
                layer_id,
                f"choose another id: layers[{seen[layer_id]}] has this one",
            )
        elif isinstance(layer_id, str):
            seen[layer_id] = position


def _within(data: Mapping[str, Any], _folder: Path) -> Iterator[Finding]:
    ids = _ids(data)
    for position, layer in _layers(data):
        within, path = layer.get("within"), ("layers", position, "within")
        if not isinstance(within, str):
            continue
        if within not in ids:
            known = [name for name in ids if name != layer.get("id")]
            choice = f"write the id of a layer ({', '.join(known)})" if known else "leave it out"
            yield path, within, choice + nearest(within, known)
        elif ids.index(within) <= position:
            yield path, within, "put the layer that contains below this one: finest first"


def _dates(data: Mapping[str, Any], _folder: Path) -> Iterator[Finding]:
    for position, layer in _layers(data):
        since, until = layer.get("valid_from"), layer.get("valid_to")
        if isinstance(since, date) and isinstance(until, date) and until < since:
            yield ("layers", position, "valid_to"), until, f"write a day after valid_from ({since})"


def _files(data: Mapping[str, Any], folder: Path) -> Iterator[Finding]:
    for position, layer in _layers(data):
        source = layer.get("source")
        if not isinstance(source, str) or not source.strip() or DATASET.fullmatch(source):
            continue
        if not source.startswith(("https://", "http://")) and not (folder / source).is_file():
            yield (
                ("layers", position, "source"),
                source,
                f"write a dataset's id, a web address, or an existing file: there is no {folder / source}",
            )


def _area_codes(data: Mapping[str, Any], _folder: Path) -> Iterator[Finding]:
    ids = _ids(data)
    fields = data.get("fields")
    codes = fields.get("area_codes") if isinstance(fields, Mapping) else None
    for layer_id, column in codes.items() if isinstance(codes, Mapping) else ():
        if layer_id not in ids:
            yield (
                ("fields", "area_codes", layer_id),
                column,
                f"name the key as a layer's id ({', '.join(ids)}){nearest(layer_id, ids)}",
            )


def _coordinates(data: Mapping[str, Any], _folder: Path) -> Iterator[Finding]:
    fields = data.get("fields")
    if not isinstance(fields, Mapping):
        return
    for given, missing in (("long", "lat"), ("lat", "long")):
        if fields.get(given) and not fields.get(missing):
            yield ("fields", missing), None, f"add this key: {given} alone is no point"
    if not any(fields.get(name) for name in ("long", "lat", "point", "area_codes")):
        yield (
            ("fields",),
            sorted(fields),
            "map long and lat, or point, or area_codes: without one no request has a place",
        )


def _backlog(data: Mapping[str, Any], _folder: Path) -> Iterator[Finding]:
    """Find a status map in which nothing can ever be open, or nothing ever done."""
    statuses = data.get("statuses")
    if not isinstance(statuses, Mapping) or not statuses:
        return
    meanings = [meaning for meaning in statuses.values() if isinstance(meaning, Mapping)]
    counting = {str(m.get("stage")) for m in meanings if m.get("standing", "counts") == "counts"}
    if not counting <= {*_OPEN, _DONE}:
        return
    if not counting & _OPEN:
        yield ("statuses",), list(statuses), "give one status that counts the stage 'received'"
    if _DONE not in counting:
        yield ("statuses",), list(statuses), "give one status that counts the stage 'resolved'"


def _layers(data: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each layer that is a table, with its position."""
    layers = data.get("layers")
    if isinstance(layers, Sequence) and not isinstance(layers, str):
        for position, layer in enumerate(layers):
            if isinstance(layer, Mapping):
                yield position, layer


def _ids(data: Mapping[str, Any]) -> list[str]:
    """Return the ids of the layers, in order."""
    return [layer["id"] for _, layer in _layers(data) if isinstance(layer.get("id"), str)]
