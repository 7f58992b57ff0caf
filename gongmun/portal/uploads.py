"""A file that a visitor sends in: read into memory under limits, looked at, forgotten."""

import asyncio
from collections.abc import AsyncIterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Annotated

from fastapi import Depends, Request

from gongmun.documents.inspecting import CheckingBusy
from gongmun.documents.verdicts import LIMIT
from gongmun.errors import GongmunError
from gongmun.portal import limits

# What a form adds around its file.
_FORM = 64 * 1024
# A browser shows our answer only once it has sent everything; what is beyond this it does not get.
_PATIENCE = 4 * LIMIT
# Seconds to send a form in. The largest file needs 2 Mbit/s.
_SECONDS = 120.0
# Forms that are taken at the same time; each may hold its size in memory, and one of the threads
# that every other page needs as well.
AT_ONCE = 6
_places = asyncio.Semaphore(AT_ONCE)
# The form has one field; of more, and of longer headers, nothing is read.
_PARTS = 8
_HEADERS = 2048


class UploadTooLarge(GongmunError):
    """More than is looked at."""

    code = "portal.upload_too_large"
    ko = "파일이 너무 큽니다. {limit}MB 이하의 PDF 파일을 선택해 주십시오."
    en = "The file is too large. Choose a PDF of {limit} MB at most."


class UploadTooSlow(GongmunError):
    """A form that did not arrive in time."""

    code = "portal.upload_too_slow"
    ko = "파일이 {seconds:.0f}초 안에 모두 도착하지 않았습니다. 다시 시도해 주십시오."
    en = "The file did not arrive within {seconds:.0f} seconds. Try again."
    retryable = True


class UploadMissing(GongmunError):
    """A form that came without a file."""

    code = "portal.upload_missing"
    ko = "선택한 파일이 없습니다. 확인할 PDF 파일을 선택해 주십시오."
    en = "No file was chosen. Choose the PDF file to check."


async def body(request: Request) -> AsyncIterator[bytes]:
    """The body of a form with a file, whose place is kept until it was answered.

    Raises:
        CheckingBusy: there is no place; nothing of it was read.
        UploadTooLarge: it is more than a form with the largest file.
        UploadTooSlow: it did not arrive in time.
    """
    if _places.locked():
        raise CheckingBusy()
    limits.allow(request.scope, _PATIENCE)
    async with _places:
        try:
            async with asyncio.timeout(_SECONDS):
                form = await _received(request)
        except TimeoutError:
            raise UploadTooSlow(seconds=_SECONDS) from None
        yield form


async def _received(request: Request) -> bytes:
    received, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= LIMIT + _FORM:
            received += chunk
        elif size > _PATIENCE:
            break
    if size > LIMIT + _FORM:
        raise UploadTooLarge(limit=LIMIT // 1024**2)
    return bytes(received)


Body = Annotated[bytes, Depends(body)]


def file_in(content_type: str, form: bytes) -> bytes:
    """The file in a form (multipart/form-data, RFC 7578), byte for byte as it was sent.

    Raises:
        UploadMissing: there is none, or it is no such form.
    """
    head = b"Content-Type: " + content_type.encode("latin-1", "replace")
    boundary = _headers(head).get_boundary()
    if boundary:
        delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
        for part in (b"\r\n" + form).split(delimiter, _PARTS)[1:]:
            head, _, content = part.partition(b"\r\n\r\n")
            headers = _headers(head.lstrip())
            name = headers.get_param("name", header="content-disposition")
            # Browsers send an empty part without a file's name where nothing was chosen.
            if name == "file" and headers.get_filename():
                return content
    raise UploadMissing()


def _headers(block: bytes) -> EmailMessage:
    return BytesParser(policy=policy.HTTP).parsebytes(block[:_HEADERS] + b"\r\n\r\n")
