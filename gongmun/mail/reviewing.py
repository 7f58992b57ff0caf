"""Whether a mail still says what holds, asked right before its envelope: an answer may have come since it was queued."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gongmun.db import Database
from gongmun.mail.compose import Composed
from gongmun.mail.models import Dispatch


@dataclass(frozen=True, kw_only=True, slots=True)
class NotBefore:
    """It is not to leave now; it is asked about again at a later moment."""

    at: datetime


# The words with which a claimed mail leaves at a moment; None where nothing it says holds any more.
Review = Callable[[Database, Dispatch, datetime], Composed | NotBefore | None]


def unchanged(_db: Database, dispatch: Dispatch, _now: datetime) -> Composed:
    """The words with which it was queued."""
    return Composed(subject=dispatch.subject, body=dispatch.body)
