"""Forms that are sent in: read under limits, and never trusted.

Whoever has no session may send a little text. An officer may send files too: they lie on disk until the
answer was given, and are read one at a time.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from gongmun.errors import GongmunError
from gongmun.portal import limits
from gongmun.settings import settings
from gongmun.text import clean_line, printable

# Of one field, in bytes: more than any field of ours takes, less than anything that hurts.
_FIELD = 256 * 1024
# A document may have some dozens of referrals, each with some dozens of fields.
_FIELDS = 3000
# What a form adds around its files.
_AROUND = 4 * 1024**2
_MEGABYTE = 1024**2
_LONGEST_NAME = 200


class FormUnreadable(GongmunError):
    """What was sent in is no form, or has more fields than any of ours."""

    code = "portal.form_unreadable"
    ko = "보내신 양식을 읽을 수 없습니다. 화면을 새로 고친 뒤 다시 보내 주십시오."
    en = "The form cannot be read. Reload the page and send it again."


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file of a form. `filename` is what the sender called it: for display, never for a path."""

    filename: str
    _file: BinaryIO

    @property
    def content(self) -> bytes:
        """Its bytes; of one that is larger than is taken, one byte more than that.

        Readable until the request is answered.
        """
        self._file.seek(0)
        return self._file.read(settings().portal.file_megabytes * _MEGABYTE + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """The fields of a form, in the order they were sent; text is printable, with `\\n` for line ends."""

    _fields: Mapping[str, tuple[str, ...]]
    _files: Mapping[str, tuple[Upload, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all fields with text."""
        return tuple(self._fields)

    @property
    def file_names(self) -> tuple[str, ...]:
        """The names of all fields with files."""
        return tuple(self._files)

    def text(self, name: str) -> str:
        """The first value of a field; empty where it was not sent."""
        return next(iter(self.texts(name)), "")

    def texts(self, name: str) -> tuple[str, ...]:
        """All values of a field."""
        return self._fields.get(name, ())

    def files(self, name: str) -> tuple[Upload, ...]:
        """The files of a field; a choice that was left empty is none."""
        return self._files.get(name, ())


NOTHING = Form(_fields={}, _files={})


async def received(request: Request, *, files: bool) -> AsyncIterator[Form]:
    """The form of a request, until it was answered; with its files only where they are allowed.

    Raises:
        FormUnreadable: it is no form.
        BodyTooLarge, BodyTooSlow: see `limits`.
    """
    if files:
        allow_files(request)
    try:
        data = await request.form(
            max_files=_FIELDS if files else 0, max_fields=_FIELDS, max_part_size=_FIELD
        )
    except HTTPException:
        raise FormUnreadable() from None
    try:
        yield _form(data)
    finally:
        await data.close()


def allow_files(request: Request) -> None:
    """Let the body of this request be as large as a form of an officer may be."""
    portal = settings().portal
    limits.allow(request.scope, portal.files * portal.file_megabytes * _MEGABYTE + _AROUND)


def _form(data: FormData) -> Form:
    fields: dict[str, tuple[str, ...]] = {}
    files: dict[str, tuple[Upload, ...]] = {}
    for name, value in data.multi_items():
        if isinstance(value, str):
            fields[name] = (*fields.get(name, ()), printable(value))
        elif value.filename:
            files[name] = (*files.get(name, ()), _upload(value, value.filename))
    return Form(_fields=fields, _files=files)


def _upload(value: UploadFile, filename: str) -> Upload:
    # Some browsers of old send the whole path.
    last = filename.replace("\\", "/").rpartition("/")[2]
    return Upload(filename=clean_line(last)[:_LONGEST_NAME] or "file", _file=value.file)
