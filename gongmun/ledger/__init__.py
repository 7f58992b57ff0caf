"""The ledger: append-only, hash-chained events that say who did what, when."""

from gongmun.ledger.chain import (
    Actor,
    LedgerBroken,
    head,
    histories,
    history,
    record,
    record_each,
    verify,
)
from gongmun.ledger.guard import GUARD, begin_anew
from gongmun.ledger.models import LedgerEvent

__all__ = [
    "GUARD",
    "Actor",
    "LedgerBroken",
    "LedgerEvent",
    "begin_anew",
    "head",
    "histories",
    "history",
    "record",
    "record_each",
    "verify",
]
