"""Official documents (공문): approval, register, form, PDF, store.

Other rooms hand over typed contexts and never see HTML. Importing this package does not import
weasyprint: that happens in the render workers only.
"""

from gongmun.documents.approval import DecisionIncomplete, DecisionUnknown, record_decision
from gongmun.documents.contexts import (
    AgendaItem,
    Case,
    Context,
    Correction,
    CorrectionContext,
    EscalationContext,
    ExtendedItem,
    ExtensionContext,
    HistoryLine,
    OutcomeContext,
    OverdueItem,
    ReminderContext,
    Role,
    Rung,
    SubmissionContext,
    SuggestionItem,
    TransferredFrom,
)
from gongmun.documents.drafting import approve, discard, draft
from gongmun.documents.fake import FakeRenderer
from gongmun.documents.issuing import IssueReport, issue
from gongmun.documents.letter import (
    Language,
    Letter,
    NothingToSay,
    Recipient,
    Reference,
    TooManyRows,
)
from gongmun.documents.libraries import check_system_libraries
from gongmun.documents.life import Status
from gongmun.documents.models import Approval, Decision, Document, DocumentKind
from gongmun.documents.pool import RenderPool
from gongmun.documents.printing import NotPrinted, RenderedPdf, Renderer
from gongmun.documents.store import FileStore, LocalStore, StoredFileChanged, StoredFileMissing

__all__ = [
    "AgendaItem",
    "Approval",
    "Case",
    "Context",
    "Correction",
    "CorrectionContext",
    "Decision",
    "DecisionIncomplete",
    "DecisionUnknown",
    "Document",
    "DocumentKind",
    "EscalationContext",
    "ExtendedItem",
    "ExtensionContext",
    "FakeRenderer",
    "FileStore",
    "HistoryLine",
    "IssueReport",
    "Language",
    "Letter",
    "LocalStore",
    "NotPrinted",
    "NothingToSay",
    "OutcomeContext",
    "OverdueItem",
    "Recipient",
    "Reference",
    "ReminderContext",
    "RenderPool",
    "RenderedPdf",
    "Renderer",
    "Role",
    "Rung",
    "Status",
    "StoredFileChanged",
    "StoredFileMissing",
    "SubmissionContext",
    "SuggestionItem",
    "TooManyRows",
    "TransferredFrom",
    "approve",
    "check_system_libraries",
    "discard",
    "draft",
    "issue",
    "record_decision",
]
