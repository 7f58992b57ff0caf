"""When a dispatch that was refused for now is tried again."""

import hashlib
from datetime import datetime, timedelta

_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
_GREYLISTED = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(hours=72)


def next_attempt(
    *, message_id: str, attempts: int, since: datetime, now: datetime, greylisted: bool
) -> datetime | None:
    """The time of the next attempt, or None when it was tried for 72 hours.

    `attempts` counts this one, `since` is the first refusal of the run. The delay grows from a minute
    to four hours, and at least five minutes where the relay greylists. Up to a fifth is added,
    always the same for the same attempt, so that many messages do not come back at once.
    """
    end = since + GIVE_UP_AFTER
    if now >= end:
        return None
    delay = _DELAYS[min(attempts, len(_DELAYS)) - 1]
    if greylisted:
        delay = max(delay, _GREYLISTED)
    digest = hashlib.sha256(f"{message_id} {attempts}".encode()).digest()
    return min(now + delay * (1 + digest[0] / 1280), end)


def is_greylisting(code: int, text: str) -> bool:
    """Whether a reply means "come back later" to a sender the relay does not know yet."""
    return code in (450, 451) and ("4.7.1" in text or "grey" in text.lower())
