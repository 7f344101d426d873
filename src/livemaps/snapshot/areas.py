"""The polygons that a map fetches: simplified, compressed once, named by their content."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import brotli

from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.feeds.simplify import simplified_geojson
from livemaps.snapshot.files import write_whole

SUFFIXES = (".br", ".gz", "")
"""Of the files of one layer, in the order of writing: once the plain one is there, all are."""

_DIGEST_LENGTH = 16


def publish_areas(layers: Sequence[BoundaryLayer], areas: Path) -> tuple[str, ...]:
    """Write what is not there yet; returns the name of each layer's file.

    Beside each file `<layer>-<digest>.geojson` stand a `.br` and a `.gz` of the same content.
    The files never change, so that a browser may keep them for good.
    """
    areas.mkdir(parents=True, exist_ok=True)
    published = tuple(areas_file(layer) for layer in layers)
    for layer, name in zip(layers, published, strict=True):
        if not (areas / name).exists():
            _write(areas / name, simplified_geojson(layer))
    return published


def areas_file(layer: BoundaryLayer) -> str:
    """Return the name of the file with a layer's polygons."""
    return f"{layer.profile.id}-{layer.digest[:_DIGEST_LENGTH]}.geojson"


def remove_areas(areas: Path, used: set[str]) -> None:
    """Remove the polygons that no snapshot refers to any more."""
    for path in areas.glob("*.geojson*"):
        if path.name.removesuffix(".br").removesuffix(".gz") not in used:
            path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    compressed = {
        ".br": brotli.compress(content, quality=11),
        ".gz": gzip.compress(content, compresslevel=9, mtime=0),
        "": content,
    }
    for suffix in SUFFIXES:
        write_whole(path.with_name(path.name + suffix), compressed[suffix])
