"""What tests read out of a snapshot."""

from __future__ import annotations

import numpy as np

from livemaps.model import Stage, Standing
from livemaps.snapshot import Snapshot


def flags(snapshot: Snapshot, table: str = "current") -> dict[str, int]:
    """Return the flags of the requests that have any."""
    rows = getattr(snapshot, table)
    flagged = np.flatnonzero(rows["flags"])
    return dict(zip(rows.ids(flagged), rows["flags"][flagged].tolist(), strict=True))


def stages(snapshot: Snapshot) -> dict[str, tuple[Stage, Standing]]:
    rows = snapshot.current
    pairs = zip(rows["stage"].tolist(), rows["standing"].tolist(), strict=True)
    return dict(
        zip(
            rows.ids(),
            ((Stage(stage), Standing(standing)) for stage, standing in pairs),
            strict=True,
        )
    )
