"""A small city to run the whole program on: four square communities in two wards.

Its portal is the SODA server, in this process. Nothing about it is shared with the profiles of
real cities.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from livemaps.demo.soda import SodaServer
from livemaps.demo.soda_table import Column, SodaTable
from livemaps.settings import PREFIX
from tests.commands import Done, command, ran, running, started

ROOT = Path(__file__).parents[1]
REQUESTS, COMMUNITIES, WARDS = "quad-rqst", "quad-comm", "quad-ward"
TIME_ZONE = "America/Edmonton"
PROFILE = """
id = "quadville"
name = "Quadville"
time_zone = "{time_zone}"
attribution = "Quadville, made for tests."
licence = "None"

[feed]
platform = "socrata"
address = "{address}"
dataset = "{requests}"

[fields]
service_request_id = "number"
requested_datetime = "asked"
closed_datetime = "done"
updated_datetime = "touched"
status = "state"
service_name = "kind"
agency_responsible = "unit"
channel = "how"
long = "lon"
lat = "lat"

[fields.area_codes]
community = "comm"

[precision]
time = "day"
place = "area centre"

[statuses]
"Open" = {{ stage = "received" }}
"Closed" = {{ stage = "resolved" }}
"Duplicate" = {{ stage = "received", standing = "duplicate" }}

[[layers]]
id = "community"
name = "Community"
names = "Communities"
source = "{communities}"
key_field = "code"
name_field = "title"
within = "ward"

[[layers]]
id = "ward"
name = "Ward"
names = "Wards"
source = "{wards}"
key_field = "number"
key_label = "Ward {{key}}"

[map]
long = -114.1
lat = 51.05
zoom = 10
"""


def square(west: float, south: float, east: float, north: float) -> str:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "MultiPolygon", "coordinates": [[ring]]})


def boundaries() -> dict[str, SodaTable]:
    communities = SodaTable(
        [Column("code"), Column("title"), Column("shape", "multipolygon")], key="code"
    )
    wards = SodaTable([Column("number"), Column("shape", "multipolygon")], key="number")
    communities.upsert(
        [
            {"code": "NW", "title": "Northwest", "shape": square(-114.2, 51.05, -114.1, 51.1)},
            {"code": "NE", "title": "Northeast", "shape": square(-114.1, 51.05, -114.0, 51.1)},
            {"code": "SW", "title": "Southwest", "shape": square(-114.2, 51.0, -114.1, 51.05)},
            {"code": "SE", "title": "Southeast", "shape": square(-114.1, 51.0, -114.0, 51.05)},
        ]
    )
    wards.upsert(
        [
            {"number": "1", "shape": square(-114.2, 51.0, -114.1, 51.1)},
            {"number": "2", "shape": square(-114.1, 51.0, -114.0, 51.1)},
        ]
    )
    return {COMMUNITIES: communities, WARDS: wards}


def profile_text(address: str) -> str:
    """Return the city's profile, with its portal at an address."""
    return PROFILE.format(
        time_zone=TIME_ZONE,
        address=address,
        requests=REQUESTS,
        communities=COMMUNITIES,
        wards=WARDS,
    )


def days_ago(days: int) -> str:
    """Return a day as the portal writes it, counted back from the city's own today."""
    today = datetime.now(ZoneInfo(TIME_ZONE))
    return f"{today - timedelta(days=days):%Y-%m-%dT00:00:00.000}"


def request_row(number: str, **cells: str | None) -> dict[str, str | None]:
    """Return an open request in the north-west, with other cells where they are given."""
    usual = {
        "number": number,
        "asked": days_ago(3),
        "state": "Open",
        "kind": "Roads - Pothole",
        "unit": "Mobility",
        "how": "Web",
        "comm": "NW",
        "lon": "-114.15",
        "lat": "51.07",
    }
    return {**usual, **cells}


def rows() -> list[dict[str, str | None]]:
    placeless: dict[str, str | None] = {"comm": None, "lon": None, "lat": None}
    return [
        request_row("26-1"),
        request_row("26-2", comm="NE", lon="-114.05", kind="Trees - Fallen"),
        request_row("26-3", comm="SW", lat="51.02"),
        request_row("26-4", comm=None, lon="-114.05", lat="51.02"),
        request_row("26-5", state="Closed", done=days_ago(2)),
        request_row("26-6", state="Duplicate"),
        request_row("26-7", **placeless),
        request_row("26-8", comm="XX", lon=None, lat=None),
        request_row("26-9", comm=None, lon="-113.5", lat="51.02"),
        request_row("26-10", asked=None),
        request_row("20-1", asked=days_ago(2000), state="Closed", done=days_ago(1990)),
    ]


OPEN, UNPLACED = 7, 3


@dataclass
class Quadville:
    """The city's portal, its profile and its data folder, and how to run commands on them."""

    portal: SodaServer
    requests: SodaTable
    profile: Path
    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **environment: str) -> Done:
        """Run a command in this process, to its end."""
        return ran(arguments, self.environment | environment, self.data_dir.parent)

    def start(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a process, to its end."""
        return started(command(*arguments), self.environment | environment, self.data_dir.parent)

    def running(
        self, *arguments: str, **environment: str
    ) -> AbstractContextManager[subprocess.Popen[str]]:
        """Run a command that goes on; end it if the test did not."""
        return running(command(*arguments), self.environment | environment, self.data_dir.parent)

    def refresh(self) -> dict[str, Any]:
        done = self.run("refresh", "--once", "--json")
        lines = done.stdout.splitlines()
        assert len(lines) == 1, done.stderr
        result: dict[str, Any] = json.loads(lines[0])
        assert done.returncode == (1 if result["outcome"] == "failed" else 0)
        return result


@contextmanager
def quadville(folder: Path) -> Iterator[Quadville]:
    """Run the city's portal over a new folder; the data folder in it is not made yet."""
    names = ("number", "state", "kind", "unit", "how", "comm", "lon", "lat")
    dates = ("asked", "done", "touched")
    columns = [*map(Column, names), *(Column(name, "calendar_date") for name in dates)]
    requests = SodaTable(columns, key="number")
    requests.upsert(rows())
    with SodaServer({REQUESTS: requests, **boundaries()}) as portal:
        profile = folder / "quadville.toml"
        profile.write_text(profile_text(portal.address), encoding="utf-8")
        yield Quadville(
            portal,
            requests,
            profile,
            folder / "data",
            environment_of(city=profile, data_dir=folder / "data"),
        )


def environment_of(**settings: object) -> dict[str, str]:
    """Return this process's environment with no settings but these, quick to give up."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    quick = {"attempts": 1, "read_timeout": 20, "overlap_seconds": 0, "jitter_seconds": 0}
    chosen = {PREFIX + name.upper(): str(value) for name, value in (quick | settings).items()}
    return kept | chosen | {"PYTHONWARNINGS": "error"}


def eventually(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds; fail if it does not in a time that no machine needs."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.05)
