"""The clock of the story: whoever acts in it asks this one what time it is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Moment:
    """The moment that the story has come to."""

    now: datetime
