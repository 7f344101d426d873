"""The entry point: `python app.py` is `livemaps demo`; `gunicorn app:server` serves a data folder.

`server` is made when it is asked for, from the `LIVEMAPS_*` variables: importing this file does
nothing.
"""

from __future__ import annotations

import os
import sys


def __getattr__(name: str) -> object:
    """Return the WSGI application of `LIVEMAPS_CITY` over `LIVEMAPS_DATA_DIR` as `server`."""
    if name != "server":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from livemaps.main import create_app
    from livemaps.settings import Settings
    from livemaps.time_zones import use_newest_rules

    use_newest_rules()
    return create_app(Settings.from_environment(os.environ)).server


if __name__ == "__main__":
    from livemaps.cli import main

    main(["demo", *sys.argv[1:]], prog_name="python app.py")
