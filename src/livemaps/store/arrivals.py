"""On which day each new request was first seen: what the feed's delay is estimated from.

Only live refreshes note it. What a first start, a backfill, the rest of a rewrite or a
reconciliation brought had been in the feed before, nobody knows since when.
"""

from __future__ import annotations

import sqlite3

KEPT_DAYS = 400
"""Days of the city for which it is kept."""
LONGEST_DELAY = 60
"""Requests that are seen later than this are no news of the feed: an old one was touched."""

_NOTE = """
    INSERT INTO arrivals
    SELECT ?1, r.requested / 86400, count(*)
    FROM changed CROSS JOIN requests AS r USING (service_request_id)
    WHERE changed.sequence = ?2 AND r.sequence = ?2
      AND r.requested / 86400 BETWEEN ?1 - ?3 AND ?1
    GROUP BY r.requested / 86400
    ON CONFLICT (seen_day, requested_day) DO UPDATE SET rows = rows + excluded.rows
"""


def note_arrivals(connection: sqlite3.Connection, sequence: int, day: int) -> None:
    """Note what a transaction inserted as first seen on a day of the city.

    The day is noted as watched also where nothing came: 0 rows requested on it.
    """
    connection.execute("INSERT OR IGNORE INTO arrivals VALUES (?1, ?1, 0)", (day,))
    connection.execute(_NOTE, (day, sequence, LONGEST_DELAY))
    connection.execute("DELETE FROM arrivals WHERE seen_day < ?", (day - KEPT_DAYS,))
