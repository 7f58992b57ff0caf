"""Files as offices send them, and as nobody should: by content, the names come from the tests."""

import zipfile
from io import BytesIO

import pikepdf
from PIL import Image

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_OFFICE = "application/vnd.openxmlformats-officedocument."


def pdf() -> bytes:
    """A page without anything on it."""
    written = BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(written)
    return written.getvalue()


def image(kind: str) -> bytes:
    """A small picture."""
    written = BytesIO()
    Image.new("RGB", (8, 8), "red").save(written, kind)
    return written.getvalue()


def ole(*names: str, text: bytes = b"") -> bytes:
    """A compound file with these entries in its directory."""
    entries = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + b"\0" * 64 for name in names)
    return _OLE + b"\0" * 504 + entries + text + b"\0" * 512


def hwp() -> bytes:
    """The outside of an HWP 5 document."""
    return ole("Root Entry", "FileHeader", "DocInfo", "Scripts", text=b"HWP Document File")


def zipped(**parts: bytes | str) -> bytes:
    """An archive with these parts."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def office(part: str = "wordprocessingml.document.main+xml", **more: bytes | str) -> bytes:
    """The outside of an Office Open XML document."""
    types = f'<Types><Override ContentType="{_OFFICE}{part}"/></Types>'
    return zipped(**{"[Content_Types].xml": types, "word/document.xml": "<w/>", **more})


def hwpx(**more: bytes | str) -> bytes:
    """The outside of an HWPX document, with the scripts that Hancom's editor leaves in it."""
    return zipped(
        **{
            "mimetype": "application/hwp+zip",
            "Contents/section0.xml": "<hs/>",
            "Scripts/headerScripts": "var Documents = XHwpDocuments;",
            "Scripts/sourceScripts": "",
            **more,
        }
    )
