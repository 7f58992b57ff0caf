"""Exporting: an issued document once more, in another format or in the other language.

The official document is the stored PDF. All else is made from its row at every call, and is not kept here.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum

from gongmun.db import Database
from gongmun.documents import data, queries
from gongmun.documents.content import content
from gongmun.documents.letter import Language
from gongmun.documents.life import APPROVED, ISSUED
from gongmun.documents.printing import Page, Renderer
from gongmun.documents.sheet import to_html
from gongmun.documents.store import FileStore
from gongmun.errors import GongmunError


class NoFileYet(GongmunError):
    """A document that is approved and waits for its file."""

    code = "documents.no_file_yet"
    ko = (
        "문서 {number}은(는) 승인되었으나 아직 파일이 만들어지지 않았습니다(상태: {status}). 'gongmun waiting' 으로 "
        "사유를 확인하고 'gongmun outcome issue' 로 시행해 주십시오."
    )
    en = (
        "{number} is approved and has no file yet (status: {status}). See why with 'gongmun waiting', "
        "and issue it with 'gongmun outcome issue'."
    )


class FileNotMade(GongmunError):
    """A document that waits for its approval, or was returned: there is nothing official to export."""

    code = "documents.file_not_made"
    ko = (
        "문서 {document_id}번은 아직 시행한 공문이 아닙니다(상태: {status}). 결재 전 내용은 'gongmun document preview "
        "{document_id}' 로 볼 수 있고, 파일은 승인하여 시행한 뒤에 만들어집니다."
    )
    en = (
        "Document {document_id} is not issued (status: {status}). Read it with 'gongmun document preview "
        "{document_id}'; its file is made once it is approved and issued."
    )


class FileFormat(StrEnum):
    """What a document can be had in."""

    PDF = "pdf"
    HWPX = "hwpx"
    JSON = "json"


def export(
    db: Database,
    name: str,
    *,
    format: FileFormat,
    language: Language | None = None,
    renderer: Callable[[], AbstractContextManager[Renderer]],
    store: FileStore,
) -> bytes:
    """The file of an issued document, named as for `queries.named`.

    Without `language` it is in that of its official text.

    JSON has both languages. `renderer` is opened only for a PDF in the other language.

    Raises:
        NotFound: there is no such document.
        NumberOfSeveralYears: several have this number.
        FileNotMade: it waits for its approval, or was returned.
        NoFileYet: it is approved, and its file was not made yet.
        StoredFileMissing, StoredFileChanged, StoreUnavailable: the stored PDF cannot be had.
        NotPrinted: it cannot be written in this format or language.
    """
    with db.reading() as session:
        document = queries.named(session, name)
        if document.status not in APPROVED:
            raise FileNotMade(document_id=document.id, status=document.status.value)
        if document.status not in ISSUED or document.file_sha256 is None:
            raise NoFileYet(number=document.number or document.id, status=document.status.value)
        context, imprint = content(session, document)
    match format:
        case FileFormat.JSON:
            return data.to_bytes(context, imprint)
        case FileFormat.HWPX:
            # Half a second, which no other command should wait for.
            from gongmun.documents.hwpx import to_hwpx

            return to_hwpx(context, imprint, language)
        case FileFormat.PDF if language in (None, context.letter.language):
            return store.get(document.file_sha256)
        case FileFormat.PDF:
            sheet = to_html(context, imprint, language)
            page = Page(html=sheet.html, enclosed=data.enclosed(context, imprint))
            with renderer() as opened:
                return opened.render(page).content
