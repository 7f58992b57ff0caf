"""Official documents (공문): approval, register, form, PDF, store.

Other rooms hand over typed contexts and never see HTML. Importing this package does not import
weasyprint: that happens in the render workers only.
"""

from gongmun.decisions import DecisionIncomplete
from gongmun.documents.approval import DecisionUnknown, record_decision
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
from gongmun.documents.deciding import decide
from gongmun.documents.drafting import approve, discard, draft
from gongmun.documents.fake import FakeRenderer
from gongmun.documents.issuing import IssueReport, issue
from gongmun.documents.letter import (
    INTERNAL,
    INTERNAL_CODE,
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
from gongmun.documents.survey_report import SurveyReportContext
from gongmun.documents.white_paper import WhitePaperContext

__all__ = [
    "INTERNAL",
    "INTERNAL_CODE",
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
    "SurveyReportContext",
    "TooManyRows",
    "TransferredFrom",
    "WhitePaperContext",
    "approve",
    "check_system_libraries",
    "decide",
    "discard",
    "draft",
    "issue",
    "record_decision",
]
