"""What every table of a city profile is made from, and values that are never converted."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A part of a profile: frozen, and without room for keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# Pydantic takes "2" for 2, "yes" for true and a moment for a day. An operator who quotes a
# number has made a slip that is better told than guessed at, so these take their own type only.
Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, Field(strict=True)]
