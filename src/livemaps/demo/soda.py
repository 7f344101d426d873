"""An HTTP server on loopback that speaks SODA 2.1, as a Socrata portal does.

The demo city and the tests are polled through it by the very client that polls a real portal.
"""

from __future__ import annotations

from collections.abc import Mapping

from livemaps.demo.soda_table import SodaTable
from livemaps.model import Clock, utc_now


class SodaServer:
    """Serves tables by dataset id: `/resource/<id>.json|csv|geojson` and `/api/views/<id>.json`."""

    def __init__(
        self, tables: Mapping[str, SodaTable], *, port: int = 0, clock: Clock = utc_now
    ) -> None:
        """Prepare to serve; nothing is bound before `start`."""
        self._tables = tables
        self._port = port
        self._clock = clock

    @property
    def address(self) -> str:
        """`http://127.0.0.1:<port>`, without a slash at its end."""
        return f"http://127.0.0.1:{self._port}"
