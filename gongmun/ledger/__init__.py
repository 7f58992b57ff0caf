"""The ledger: append-only, hash-chained events that say who did what, when."""

from gongmun.ledger.chain import (
    Actor,
    LedgerBroken,
    histories,
    history,
    record,
    record_each,
    verify,
)
from gongmun.ledger.models import LedgerEvent

__all__ = [
    "Actor",
    "LedgerBroken",
    "LedgerEvent",
    "histories",
    "history",
    "record",
    "record_each",
    "verify",
]
