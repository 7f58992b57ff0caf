"""The desk: what an officer is shown of a document, as records without a database behind them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gongmun.answers.content import Content
from gongmun.answers.models import CommitmentStatus, RequestStatus
from gongmun.documents import Role
from gongmun.errors import NotFound
from gongmun.referrals.life import Status
from gongmun.referrals.models import ResponseDecision, ResponseStatus
from gongmun.text import Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class FileView:
    """A file; `name` stands in its address, `filename` is what the sender called it."""

    id: int
    name: str
    filename: str
    media_type: str
    size: int
    sha256: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CommitmentView:
    """A commitment of a response, and what became of it."""

    id: int
    text: str
    owner: str
    due_on: date
    status: CommitmentStatus
    account: str | None
    files: tuple[FileView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseView:
    """The last response of this ministry; `note` says why a coordinator sent it back."""

    id: int
    decision: ResponseDecision
    reason: str
    promised_on: date | None
    received_at: datetime
    status: ResponseStatus
    note: str | None
    commitments: tuple[CommitmentView, ...]
    files: tuple[FileView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionView:
    """The last question to the division, and its answer."""

    id: int
    text: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtensionView:
    """The last request for more time."""

    id: int
    until: date
    reason: str
    requested_at: datetime
    status: RequestStatus
    new_due: date | None
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferView:
    """The last request to hand on to another ministry."""

    id: int
    to: Bilingual
    reason: str
    requested_at: datetime
    status: RequestStatus
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherView:
    """Another ministry of the same suggestion. Its answer is shown to the lead only."""

    name: Bilingual
    role: Role
    status: Status
    decision: ResponseDecision | None
    reason: str


class Waiting(StrEnum):
    """What of a ministry waits for us."""

    QUESTION = "question"
    EXTENSION = "extension"
    TRANSFER = "transfer"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralView:
    """One referral as its ministry sees it.

    `with_ministry` says whether something can be written about it now; `paused` that its clock stands
    still while a question waits for us. The due days are None before the document was dispatched;
    `answer_due_promised` is the day that was told before the days off changed, where it is another one.
    """

    id: int
    reference: str
    title: str
    body: str
    role: Role
    status: Status
    with_ministry: bool
    paused: bool
    acknowledge_due: date | None
    acknowledged_on: date | None
    answer_due: date | None
    answer_due_promised: date | None
    explanation: Bilingual | None
    days_overdue: int
    registration_number: str | None
    draft: Content | None
    files: tuple[FileView, ...]
    response: ResponseView | None
    question: QuestionView | None
    extension: ExtensionView | None
    transfer: TransferView | None
    others: tuple[OtherView, ...]
    commitments: tuple[CommitmentView, ...]
    meetings_count: int

    @property
    def waits_for_us(self) -> Waiting | None:
        """What this ministry asked of us and has not been told yet."""
        if not self.with_ministry:
            return None
        if self.paused:
            return Waiting.QUESTION
        if self.extension is not None and self.extension.status is RequestStatus.REQUESTED:
            return Waiting.EXTENSION
        if self.transfer is not None and self.transfer.status is RequestStatus.REQUESTED:
            return Waiting.TRANSFER
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftView:
    """What is kept of one referral's answer: all of a desk that a form is held against."""

    id: int
    reference: str
    with_ministry: bool
    draft: Content | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentView:
    """A document in the list of a session: how many referrals wait for an answer, and until when.

    `next_due` is of those whose clock runs.
    """

    document_id: int
    number: str | None
    title: Bilingual
    issued_on: date | None
    referrals: int
    open: int
    next_due: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """A document with all its referrals to one ministry, in the order of the document."""

    document_id: int
    number: str | None
    title: Bilingual
    disclosure: str
    issued_on: date | None
    organisation: Bilingual
    referrals: tuple[ReferralView, ...]

    @property
    def open(self) -> int:
        """How many of them wait for an answer."""
        return sum(each.with_ministry for each in self.referrals)

    def referral(self, referral_id: int) -> ReferralView:
        """One of them; NotFound for any other id, whoever it belongs to."""
        for referral in self.referrals:
            if referral.id == referral_id:
                return referral
        raise NotFound(thing_ko=f"이송 {referral_id}", thing_en=f"referral {referral_id}")
