"""The port to the printer of PDF files, and what can go wrong there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gongmun.errors import GongmunError


@dataclass(frozen=True, kw_only=True, slots=True)
class Enclosed:
    """A file inside the PDF: the data that its text was made from.

    `at` is aware and stands as the day of making and of change, so that the bytes of the PDF
    depend on nothing else. `description` says to a reader what the file is.
    """

    filename: str
    media_type: str
    content: bytes
    description: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What is to be printed: HTML that `sheet.to_html` wrote, and the files that go inside."""

    html: str
    enclosed: tuple[Enclosed, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedPdf:
    """A PDF file and its number of pages."""

    content: bytes
    pages: int


class Renderer(Protocol):
    """Makes an archival, accessible PDF of a page. The same page gives the same bytes.

    Safe to call from several threads.
    """

    @property
    def workers(self) -> int:
        """How many documents are rendered at the same time; with none, each in its caller's turn."""

    def render(self, page: Page) -> RenderedPdf:
        """The PDF.

        Raises:
            NotPrinted: one of its kinds below.
        """


class NotPrinted(GongmunError):
    """The document has no file yet; it waits with its number and the next call tries again."""


class RenderFailed(NotPrinted):
    """The page could not be written or laid out: a fault of the template or of its content."""

    code = "documents.render_failed"
    ko = "문서를 조판하지 못했습니다({reason}). 서식과 내용을 확인한 뒤 다시 발행해 주십시오."
    en = "The document could not be laid out ({reason}). Check template and content, issue again."


class RenderTimedOut(NotPrinted):
    """Rendering took longer than allowed; the worker was killed."""

    code = "documents.render_timed_out"
    ko = (
        "조판이 {seconds:g}초 안에 끝나지 않아 중단했습니다. 내용이 지나치게 길지 않은지 확인하거나 "
        "GONGMUN_RENDER_TIMEOUT 값을 늘린 뒤 다시 발행해 주십시오."
    )
    en = (
        "Rendering was stopped after {seconds:g} seconds. Check whether the content is too long, or "
        "raise GONGMUN_RENDER_TIMEOUT, and issue again."
    )
    retryable = True


class RenderCrashed(NotPrinted):
    """The worker died: out of memory, or a fault in a library."""

    code = "documents.render_crashed"
    ko = "조판 프로세스가 비정상 종료했습니다(종료 코드 {exit_code}). 메모리를 확인한 뒤 다시 발행해 주십시오."
    en = "The render worker died (exit code {exit_code}). Check the memory and issue again."
    retryable = True
