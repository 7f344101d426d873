"""Where the files that are not code lie: in a source checkout and in an installed wheel.

`assets/` and `data/` sit at the top of the repository, where people look for them; a wheel
carries them inside the package as `_assets` and `_data` (see `force-include` in
`pyproject.toml`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from livemaps import __version__
from livemaps.errors import ConfigurationError

PACKAGE = Path(__file__).parent


def assets_folder() -> Path:
    """Return the folder of style sheets, fonts, icons and clientside functions.

    Raises:
        ConfigurationError: the installation is not complete.
    """
    return _folder("assets")


def data_folder() -> Path:
    """Return the folder of facts that the simulated city is made from.

    Raises:
        ConfigurationError: the installation is not complete.
    """
    return _folder("data")


def build_id() -> str:
    """Return what this installation is, such as `0.4.0-1f2e3d4c5b6a`: its version and its assets.

    A page that was loaded from another build is to be loaded again. Reads the assets (some 100
    kB): ask once, at the start.

    Raises:
        ConfigurationError: the installation is not complete.
    """
    digest = hashlib.sha256()
    for path in sorted(assets_folder().rglob("*")):
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return f"{__version__}-{digest.hexdigest()[:12]}"


def _folder(name: str) -> Path:
    """Return the installed folder, else the one of the checkout that this file lies in."""
    candidates = (PACKAGE / f"_{name}", PACKAGE.parents[1] / name)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    places = " nor ".join(str(candidate) for candidate in candidates)
    raise ConfigurationError(
        f"the folder {name}/ is missing, neither {places} exists: install livemaps again"
    )
