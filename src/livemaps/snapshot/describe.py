"""What a snapshot says of the city: its words, its layers, the rules that it was built by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.feeds.profile import Profile
from livemaps.model import Unplaced
from livemaps.snapshot.contents import (
    UNPLACED_KEYS,
    SnapshotLayer,
    Vocabularies,
    Vocabulary,
)
from livemaps.snapshot.history import FORMAT
from livemaps.snapshot.source import RowSource


def vocabularies(source: RowSource, profile: Profile) -> Vocabularies:
    """Return the words of the store by their codes, and what the profile says of them."""
    services = _vocabulary(source.vocabulary("service"))
    categories = [profile.category(name) for name in services.names]
    category = Vocabulary(("", *sorted(set(categories) - {""})))
    return Vocabularies(
        service=services,
        agency=_vocabulary(source.vocabulary("agency")),
        status=_vocabulary(source.vocabulary("status")),
        channel=_vocabulary(source.vocabulary("channel")),
        category=category,
        service_category=np.array([category.codes[name] for name in categories], np.uint16),
        service_apart=np.array([profile.is_set_apart(name) for name in services.names], np.bool_),
    )


def _vocabulary(names: Mapping[int, str]) -> Vocabulary:
    return Vocabulary(tuple(names.get(code, "") for code in range(max(names, default=0) + 1)))


def snapshot_layer(layer: BoundaryLayer, areas_file: str, profile: Profile) -> SnapshotLayer:
    """Return what readers need to know of a layer."""
    spec, areas = layer.profile, layer.areas
    return SnapshotLayer(
        id=spec.id,
        name=dict(spec.name),
        names=dict(spec.names),
        keys=tuple(area.key for area in areas),
        area_names=tuple(area.name for area in areas),
        parents=tuple(area.parent for area in areas),
        parent_shares=tuple(float(area.parent_share) for area in areas),
        long=np.array([area.long for area in areas], np.float64),
        lat=np.array([area.lat for area in areas], np.float64),
        within=spec.within,
        key_label=None if spec.key_label is None else dict(spec.key_label),
        digest=layer.digest,
        areas_file=areas_file,
        source=layer.source,
        licence=spec.licence or profile.licence,
        attribution=spec.attribution or profile.attribution,
        fetched=layer.fetched,
        valid_from=spec.valid_from,
        valid_to=spec.valid_to,
        trouble=layer.trouble,
    )


def code_counts(vocab: Vocabularies, layers: Sequence[BoundaryLayer]) -> dict[str, int]:
    """Return how many codes `service` and each layer's column have."""
    areas = {f"area_{layer.profile.id}": len(layer.areas) + len(Unplaced) for layer in layers}
    return {"service": len(vocab.service), **areas}


def row_rules(profile: Profile, layers: Sequence[BoundaryLayer]) -> str:
    """Return a digest of what decides the columns of a row: when it differs, so may every row."""
    statuses = sorted(
        f"{word}={meaning.stage:d}{meaning.standing:d}"
        for word, meaning in profile.statuses.items()
    )
    return _digest(
        str(FORMAT),
        profile.id,
        *statuses,
        str(profile.infer_in_progress),
        profile.precision.time,
        *(f"{layer.profile.id} {layer.profile.within} {layer.digest}" for layer in layers),
    )


def snapshot_rules(profile: Profile, layers: Sequence[BoundaryLayer], recent_days: int) -> str:
    """Return a digest of all that decides a snapshot, the store and the day aside."""
    return _digest(row_rules(profile, layers), profile.model_dump_json(), str(recent_days))


def unplaced_key(reason: Unplaced) -> str:
    """Return the word by which `SnapshotMeta.unplaced` counts a reason."""
    return UNPLACED_KEYS[reason].removeprefix("unplaced:")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
