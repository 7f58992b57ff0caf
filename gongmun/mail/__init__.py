"""Mail (발송): messages, the outbox, SMTP, and what becomes of a dispatch.

The outbox takes a message in the caller's transaction (`enqueue`); `dispatch_due` sends what is due
and never sends twice; what it cannot decide waits for a person (`settle`, `release`).
"""

from gongmun.mail.compose import Composed, compose
from gongmun.mail.deciding import release, settle
from gongmun.mail.dispatching import DispatchReport, dispatch_due
from gongmun.mail.life import Event, Status
from gongmun.mail.message import Attachment, OutgoingMessage
from gongmun.mail.models import Dispatch
from gongmun.mail.outbox import AddressRefused, enqueue, enqueue_many, enqueue_to_each
from gongmun.mail.recovering import RecoveryReport, recover
from gongmun.mail.witness import JournalWitness, Witness

__all__ = [
    "AddressRefused",
    "Attachment",
    "Composed",
    "Dispatch",
    "DispatchReport",
    "Event",
    "JournalWitness",
    "OutgoingMessage",
    "RecoveryReport",
    "Status",
    "Witness",
    "compose",
    "dispatch_due",
    "enqueue",
    "enqueue_many",
    "enqueue_to_each",
    "recover",
    "release",
    "settle",
]
