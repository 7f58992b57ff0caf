"""What a file is, by its content and never by its name. Pure.

Taken are what offices exchange: PDF, HWP, HWPX, DOCX, XLSX, PPTX, JPEG, PNG, TIFF, plain text and CSV.
Everything else is refused: what a browser or a computer would run, old Office files and archives, whose
content cannot be judged, and office files with macros.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import puremagic

from gongmun.text import Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class FileType:
    """A type that is taken; `endings` of names, the usual one first."""

    media_type: str
    endings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unwanted:
    """Why a content is not taken, and what would be."""

    why: Bilingual


PDF = FileType(media_type="application/pdf", endings=(".pdf",))
HWP = FileType(media_type="application/x-hwp", endings=(".hwp",))
HWPX = FileType(media_type="application/hwp+zip", endings=(".hwpx",))
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = FileType(media_type=_OFFICE + "wordprocessingml.document", endings=(".docx",))
XLSX = FileType(media_type=_OFFICE + "spreadsheetml.sheet", endings=(".xlsx",))
PPTX = FileType(media_type=_OFFICE + "presentationml.presentation", endings=(".pptx",))
JPEG = FileType(media_type="image/jpeg", endings=(".jpg", ".jpeg"))
PNG = FileType(media_type="image/png", endings=(".png",))
TIFF = FileType(media_type="image/tiff", endings=(".tif", ".tiff"))
TEXT = FileType(media_type="text/plain", endings=(".txt", ".csv"))

_BY_MAGIC = {kind.media_type: kind for kind in (PDF, JPEG, PNG, TIFF)}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = b"PK\x03\x04"
# Names in an OLE directory, as UTF-16: of an HWP document, a macro project, a file with a password.
_HWP_HEADER = "FileHeader".encode("utf-16-le")
_VBA = re.compile("_VBA_PROJECT|VBA".encode("utf-16-le") + b"\0\0")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HWP_SIGNATURE = b"HWP Document File"
_MAIN_PARTS: Mapping[bytes, FileType] = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"spreadsheetml.sheet.main+xml": XLSX,
    b"presentationml.presentation.main+xml": PPTX,
}
_RUNNING = re.compile(
    r"(?i)vbaproject|\.(?:exe|dll|scr|com|bat|cmd|ps1|vbs|js|jse|wsf|hta|jar|lnk|msi)$"
)
# HWPX keeps empty scripts of its own; only they may lie in an office file.
_HWPX_SCRIPTS = re.compile(r"Scripts/(?:headerScripts|sourceScripts)(?:\.js)?")
_ENTRIES = 20_000
_LARGEST_PART = 4 * 1024 * 1024
# What a browser would take for a page, and what a program would run or unfold, at the beginning of a text.
_MARKUP = re.compile(
    r"\s*(?:<\s*(?:[!?/a-z])|\{\\rtf|%!PS|#!|MIME-Version:|From:\s.*\nTo:|@echo\s)", re.IGNORECASE
)
_SCRIPT = re.compile(r"<\s*(?:script|html|svg|iframe|object|embed)\b", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")

_EMPTY = Unwanted(
    why=Bilingual(ko="빈 파일입니다. 내용을 확인해 주십시오.", en="The file is empty. Check it.")
)
_UNKNOWN = Unwanted(
    why=Bilingual(
        ko="받을 수 없는 형식입니다. PDF, HWP, HWPX, DOCX, XLSX, PPTX, JPG, PNG, TIFF, TXT, CSV 파일로 올려 "
        "주십시오.",
        en="This type is not taken. Send PDF, HWP, HWPX, DOCX, XLSX, PPTX, JPG, PNG, TIFF, TXT or CSV.",
    )
)
_ARCHIVE = Unwanted(
    why=Bilingual(
        ko="압축 파일은 받지 않습니다. 풀어서 파일을 하나씩 올려 주십시오.",
        en="Archives are not taken. Unpack it and send the files one by one.",
    )
)
_OLD_OFFICE = Unwanted(
    why=Bilingual(
        ko="이전 오피스 형식(DOC, XLS, PPT)은 받지 않습니다. DOCX, XLSX, PPTX나 PDF로 저장해 올려 주십시오.",
        en="Old Office files (DOC, XLS, PPT) are not taken. Save it as DOCX, XLSX, PPTX or PDF.",
    )
)
_MACROS = Unwanted(
    why=Bilingual(
        ko="매크로나 실행 파일이 들어 있는 문서는 받지 않습니다. 매크로를 빼거나 PDF로 저장해 올려 주십시오.",
        en="Documents with macros or programs are not taken. Save it without them, or as PDF.",
    )
)
_RUNNABLE = Unwanted(
    why=Bilingual(
        ko="웹 문서(HTML, SVG)나 실행할 수 있는 파일은 받지 않습니다. PDF로 저장해 올려 주십시오.",
        en="Web pages (HTML, SVG) and programs are not taken. Save it as PDF.",
    )
)
_BROKEN = Unwanted(
    why=Bilingual(
        ko="파일이 손상되었거나 암호가 걸려 있어 열 수 없습니다. 다시 저장해 올려 주십시오.",
        en="The file is damaged or encrypted and cannot be opened. Save it again.",
    )
)


def judge(content: bytes) -> FileType | Unwanted:
    """The type of a content, or why it is not taken."""
    if not content.strip(b"\0\t\r\n "):
        return _EMPTY
    if content.startswith(_OLE):
        return _ole(content)
    if content.startswith(_ZIP):
        return _zipped(content)
    known = _BY_MAGIC.get(_magic(content))
    return known or _text(content)


def _magic(content: bytes) -> str:
    """The media type by the signature at the beginning; empty where there is none that counts."""
    try:
        found = puremagic.magic_string(content[:1024])
    except (puremagic.PureError, ValueError):
        return ""
    # Only what stands at the very beginning: a signature further on may be anywhere in a text.
    types = [each.mime_type for each in found if each.offset == 0 and len(each.byte_match) > 2]
    return next((each for each in types if each in _BY_MAGIC), types[0] if types else "")


def _ole(content: bytes) -> FileType | Unwanted:
    if _VBA.search(content):
        return _MACROS
    if _ENCRYPTED in content:
        return _BROKEN
    return HWP if _HWP_HEADER in content and _HWP_SIGNATURE in content else _OLD_OFFICE


def _zipped(content: bytes) -> FileType | Unwanted:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _office(archive)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
        OSError,
        struct.error,
        zlib.error,
    ):
        # What zipfile raises for what is cut off, encrypted, or packed in a way of its own.
        return _BROKEN


def _office(archive: zipfile.ZipFile) -> FileType | Unwanted:
    names = archive.namelist()
    kind = _UNKNOWN if len(names) > _ENTRIES else _office_kind(archive, names)
    if any(_RUNNING.search(name) and not _HWPX_SCRIPTS.fullmatch(name) for name in names):
        return _MACROS
    return kind


def _office_kind(archive: zipfile.ZipFile, names: Sequence[str]) -> FileType | Unwanted:
    if "mimetype" in names and _part(archive, "mimetype").strip() == HWPX.media_type.encode():
        return HWPX
    if "[Content_Types].xml" not in names:
        return _ARCHIVE
    types = _part(archive, "[Content_Types].xml")
    if b"macroenabled" in types.lower() or b"vbaProject" in types:
        return _MACROS
    return next((kind for mark, kind in _MAIN_PARTS.items() if mark in types), _UNKNOWN)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of a part, however much it says that it unpacks to."""
    if archive.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile  # no office program packs otherwise
    with archive.open(name) as part:
        return part.read(_LARGEST_PART)


def _text(content: bytes) -> FileType | Unwanted:
    """Plain text in UTF-8 or in the code page of Korean Windows; nothing a browser would run."""
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        return _UNKNOWN
    if _CONTROLS.search(text):
        return _RUNNABLE if content.startswith((b"MZ", b"\x7fELF")) else _UNKNOWN
    return _RUNNABLE if _MARKUP.match(text) or _SCRIPT.search(text) else TEXT
