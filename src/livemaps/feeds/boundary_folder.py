"""The folder of boundary files: fetched once, kept with their origin, replaced without a restart.

    <data-dir>/boundaries/<layer>.<suffix>       as fetched, or as an operator put it there
    <data-dir>/boundaries/<layer>.source.json    where that came from: source, licence, date, digest
    <data-dir>/boundaries/in-use/                the last files that loaded, with their records

A layer whose source is a local file is read where it lies. A new file that cannot be used
leaves the last good one in use, and is reported as trouble of the layer.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from livemaps.errors import BoundaryError
from livemaps.feeds.boundaries import BoundaryLayer, load_layer
from livemaps.feeds.boundary_files import file_format, is_gzip, read_content, shapefile_parts
from livemaps.feeds.profile import LayerProfile, Profile, SourceKind
from livemaps.model import Clock, utc_now

RECORD_SUFFIX = ".source.json"
SUFFIXES = (
    ".geojson", ".json", ".rows.json", ".csv", ".zip", ".shp",
    ".geojson.gz", ".json.gz", ".rows.json.gz", ".csv.gz",
)  # fmt: skip


class BoundarySource(Protocol):
    """What fetches boundaries over the network; a city's feed is one."""

    def fetch_dataset(self, dataset: str, format: str) -> bytes:  # noqa: A002
        """Return a whole dataset of the portal; `format` is "geojson"."""
        ...

    def fetch_url(self, url: str) -> bytes:
        """Return what is at a web address."""
        ...


class BoundaryRecord(msgspec.Struct, frozen=True):
    """Where a boundary file came from, kept beside it as JSON. `fetched` is aware UTC."""

    layer: str
    file: str
    source: str
    licence: str
    attribution: str
    fetched: datetime
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Held:
    """A boundary file that is there, read."""

    content: bytes
    record: BoundaryRecord


class BoundaryFolder:
    """`<data-dir>/boundaries`. Holds no state of its own: two of them on one folder agree."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "boundaries"
        self.in_use = self.folder / "in-use"

    def fetch(
        self,
        profile: Profile,
        source: BoundarySource,
        *,
        again: bool = False,
        clock: Clock = utc_now,
    ) -> tuple[str, ...]:
        """Fetch the layers that are not held (with `again` all), and return the ids fetched.

        A layer is fetched too when the profile names another source than the one it came
        from. What an operator put into the folder is left alone unless `again`. Layers whose
        source is a local file need no fetching.

        Raises:
            FeedError: the network or the portal failed.
            BoundaryError: what came cannot be used. In both cases the file that was there
                stays. Also where the folder cannot be written.
        """
        fetched = []
        for spec in profile.layers:
            if spec.source_kind is SourceKind.FILE or not (again or self._is_wanted(profile, spec)):
                continue
            content, origin = _fetched(spec, source), _origin(profile, spec)
            load_layer(spec, content, near=_centre(profile), source=origin)
            self._keep(spec, content, _record(profile, spec, origin, content, clock()))
            fetched.append(spec.id)
        return tuple(fetched)

    def load(self, profile: Profile) -> tuple[BoundaryLayer, ...]:
        """Load every layer, in the profile's order.

        Raises:
            BoundaryError: a layer has no file yet, or one that cannot be used and no earlier
                one to fall back on; or the copy of a new file cannot be written.
        """
        loaded: dict[str, BoundaryLayer] = {}
        for spec in reversed(profile.layers):
            within = loaded.get(spec.within) if spec.within else None
            loaded[spec.id] = self._load(profile, spec, within)
        return tuple(loaded[spec.id] for spec in profile.layers)

    def signature(self, profile: Profile) -> str:
        """Return a text that differs once a boundary file was added, replaced or removed.

        It looks at names, sizes and times only, so it may be asked at every refresh. Take it
        before `load`, so that a file that changes meanwhile is noticed.
        """
        stamps = [stamp for spec in profile.layers for stamp in map(_stamp, self._parts(spec))]
        return hashlib.sha256("\n".join(stamps).encode()).hexdigest()[:16]

    def _load(
        self, profile: Profile, spec: LayerProfile, within: BoundaryLayer | None
    ) -> BoundaryLayer:
        """Load a layer's newest file, else the one that was in use before."""
        try:
            held = self._newest(profile, spec)
            layer = _layer(profile, spec, held, within)
        except BoundaryError as error:
            return self._last_good(profile, spec, within, error)
        self._remember(spec, held)
        return layer

    def _newest(self, profile: Profile, spec: LayerProfile) -> _Held:
        """Read the file of a layer that was put there last."""
        path = self._path(spec)
        if path is None:
            raise BoundaryError(
                f"the boundaries of {spec.id} are not in {self.folder}: run `livemaps boundaries` "
                f"to fetch them from {spec.source}"
            )
        try:
            content = read_content(path)
            record = _read_record(self._record_path(spec))
            if record is None or record.sha256 != _sha256(content):
                changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                record = _record(profile, spec, str(path), content, changed)
        except (BoundaryError, OSError) as error:
            raise BoundaryError(f"the boundaries of {spec.id} ({path}): {error}") from error
        return _Held(content, record)

    def _last_good(
        self,
        profile: Profile,
        spec: LayerProfile,
        within: BoundaryLayer | None,
        error: BoundaryError,
    ) -> BoundaryLayer:
        """Load the file that was in use before, and tell of the trouble with the new one."""
        record = _read_record(self.in_use / f"{spec.id}{RECORD_SUFFIX}")
        if record is None:
            raise error
        try:
            held = _Held((self.in_use / record.file).read_bytes(), record)
            layer = _layer(profile, spec, held, within)
        except (BoundaryError, OSError):
            raise error from None
        told = f"{error}; those of {record.fetched:%Y-%m-%d} from {record.source} stay in use"
        return replace(layer, trouble=(told, *layer.trouble), stands_in=told)

    def _is_wanted(self, profile: Profile, spec: LayerProfile) -> bool:
        """Whether a layer has no file, or one fetched from elsewhere than the profile says."""
        path, record = self._path(spec), _read_record(self._record_path(spec))
        if path is None:
            return True
        was_fetched = (
            record is not None and record.file == path.name and record.bytes == path.stat().st_size
        )
        return was_fetched and record is not None and record.source != _origin(profile, spec)

    def _keep(self, spec: LayerProfile, content: bytes, record: BoundaryRecord) -> None:
        """Put a fetched file and its record into the folder."""
        _write(self.folder / record.file, content)
        _write(self._record_path(spec), _encoded(record))

    def _remember(self, spec: LayerProfile, held: _Held) -> None:
        """Keep a copy of a file that loaded, for the day when the next one does not."""
        record_path = self.in_use / f"{spec.id}{RECORD_SUFFIX}"
        if _read_record(record_path) == held.record:
            return
        _write(self.in_use / held.record.file, held.content)
        _write(record_path, _encoded(held.record))

    def _path(self, spec: LayerProfile) -> Path | None:
        """Return a layer's file: the local source, or the one put into the folder last."""
        if spec.source_kind is SourceKind.FILE:
            return Path(spec.source)
        paths = (self.folder / f"{spec.id}{suffix}" for suffix in SUFFIXES)
        there = [path for path in paths if path.is_file()]
        return max(there, key=lambda path: path.stat().st_ctime_ns, default=None)

    def _parts(self, spec: LayerProfile) -> tuple[Path, ...]:
        """Return the files that a layer is read from."""
        path = self._path(spec)
        if path is None:
            return ()
        return shapefile_parts(path) if path.suffix.lower() == ".shp" else (path,)

    def _record_path(self, spec: LayerProfile) -> Path:
        return self.folder / f"{spec.id}{RECORD_SUFFIX}"


def write_atomically(path: Path, content: bytes) -> None:
    """Put a file in place whole or not at all, also through a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, content: bytes) -> None:
    """Write a file of the folder, or say why it cannot be written."""
    try:
        write_atomically(path, content)
    except OSError as error:
        reason = error.strerror or error
        raise BoundaryError(f"the boundary file {path} cannot be written: {reason}") from error


def _fetched(spec: LayerProfile, source: BoundarySource) -> bytes:
    """Fetch a layer over the network."""
    if spec.source_kind is SourceKind.DATASET:
        return source.fetch_dataset(spec.source, "geojson")
    return source.fetch_url(spec.source)


def _layer(
    profile: Profile, spec: LayerProfile, held: _Held, within: BoundaryLayer | None
) -> BoundaryLayer:
    return load_layer(
        spec,
        held.content,
        within=within,
        near=_centre(profile),
        source=held.record.source,
        fetched=held.record.fetched,
    )


def _centre(profile: Profile) -> tuple[float, float]:
    return profile.map.long, profile.map.lat


def _origin(profile: Profile, spec: LayerProfile) -> str:
    """Return where the profile says that a layer comes from, as an address or a path."""
    if spec.source_kind is SourceKind.DATASET:
        return f"{profile.feed.address}/d/{spec.source}"
    return spec.source


def _record(
    profile: Profile, spec: LayerProfile, origin: str, content: bytes, fetched: datetime
) -> BoundaryRecord:
    return BoundaryRecord(
        layer=spec.id,
        file=f"{spec.id}.{file_format(content)}{'.gz' if is_gzip(content) else ''}",
        source=origin,
        licence=spec.licence or profile.licence,
        attribution=spec.attribution or profile.attribution,
        fetched=fetched,
        bytes=len(content),
        sha256=_sha256(content),
    )


def _read_record(path: Path) -> BoundaryRecord | None:
    """Return a record, None where there is none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=BoundaryRecord)
    except (OSError, msgspec.DecodeError):
        return None


def _encoded(record: BoundaryRecord) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _stamp(path: Path) -> str:
    """Return what changes when a file is replaced; a missing one has a stamp too."""
    try:
        found = path.stat()
    except OSError:
        return f"{path} is missing"
    times = f"{found.st_mtime_ns} {found.st_ctime_ns}"
    return f"{path} {found.st_ino} {found.st_size} {times}"
