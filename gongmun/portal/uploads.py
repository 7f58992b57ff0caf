"""A file that a visitor sends in: read into memory under a limit, looked at, forgotten."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Annotated

from fastapi import Depends, Request

from gongmun.documents.verdicts import LIMIT
from gongmun.errors import GongmunError

# What a form adds around its file.
_FORM = 64 * 1024
# A browser shows our answer only once it has sent everything; what is beyond this it does not get.
_PATIENCE = 4 * LIMIT
# The form has one field; of more, and of longer headers, nothing is read.
_PARTS = 8
_HEADERS = 2048


class UploadTooLarge(GongmunError):
    """More than is looked at."""

    code = "portal.upload_too_large"
    ko = "파일이 너무 큽니다. {limit}MB 이하의 PDF 파일을 선택해 주십시오."
    en = "The file is too large. Choose a PDF of {limit} MB at most."


class UploadMissing(GongmunError):
    """A form that came without a file."""

    code = "portal.upload_missing"
    ko = "선택한 파일이 없습니다. 확인할 PDF 파일을 선택해 주십시오."
    en = "No file was chosen. Choose the PDF file to check."


async def body(request: Request) -> bytes:
    """The body of a form with a file.

    Raises:
        UploadTooLarge: it is more than a form with the largest file.
    """
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
