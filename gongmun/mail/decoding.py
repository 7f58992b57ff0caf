"""Text of mails from anywhere: charsets as they are named and misnamed, headers, file names.

Nothing here raises on bad input: what cannot be read becomes replacement characters.
"""

import base64
import codecs
import quopri
import re
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from urllib.parse import unquote_to_bytes

from gongmun.text import clean_line, shorten

# Longer header values are cut: no honest one is, and what reads them may take quadratic time.
_LONGEST_VALUE = 16_384
_LONGEST_FILENAME = 150
# Whatever is called so is written by Windows, whose charset holds them all.
_KOREAN = re.compile(r"(x-)?(euc[-_]?kr|ks_?c[-_]?5601.*|korean|(windows|ms|cp)[-_]?949|uhc)", re.I)
# Mails that say so are often something else.
_LATIN = frozenset({"iso8859-1", "iso8859-15", "cp1252", "ascii"})
# Known to Python, and no charsets of mail: slow, or with effects of their own.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw-unicode-escape", "unicode-escape", "undefined"}
)
_ISO_2022_KR = b"\x1b$)C"
# An encoded word of RFC 2047; its charset may name a language too (RFC 2231).
_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,60})?\?([bBqQ])\?([^?]*)\?=")
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_PERCENT = re.compile(r"(%[0-9A-Fa-f]{2}){2}")
_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]]{1,64}@[^\s<>,;:\"'()\[\]]{1,190}")


def decode(data: bytes, charset: str | None) -> str:
    """`data` as text: by its charset where that can be, else by one it looks like."""
    named = _codec(charset)
    guesses = ["utf-8-sig", "cp949"]
    if _ISO_2022_KR in data:
        guesses.insert(0, "iso2022_kr")
    candidates = [*guesses, named] if named in _LATIN else [named, *guesses]
    for candidate in candidates:
        if candidate is not None:
            try:
                return data.decode(candidate)
            except ValueError:
                continue
    return data.decode(named or "utf-8", "replace")


def _codec(charset: str | None) -> str | None:
    if not charset or not charset.isascii():
        return None
    if _KOREAN.fullmatch(charset.strip()):
        return "cp949"
    try:
        name = codecs.lookup(charset.strip()).name
        b"xx".decode(name, "replace")  # some codecs are not of text
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSETS else name


def readable(value: str) -> str:
    """A header as the parser gives it, with its raw 8-bit characters read."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return decode(value.encode("utf-8", "surrogateescape"), None)
    return value


def words(value: str) -> str:
    """A header with its encoded words (RFC 2047) read.

    Words of one charset that follow each other are read together: some programs cut a character in two
    between them, and some even the base64.
    """
    pieces: list[str] = []
    run: list[re.Match[str]] = []
    end = 0
    for match in _WORD.finditer(value):
        between = value[end : match.start()]
        # White space between two encoded words is none (RFC 2047, section 6.2).
        is_next = bool(run) and not between.strip()
        if not is_next or match[1].lower() != run[0][1].lower():
            pieces.append(_run(run))
            run = []
        if not is_next:
            pieces.append(between)
        run.append(match)
        end = match.end()
    return "".join([*pieces, _run(run), value[end:]])


def _run(words_of_one_charset: Sequence[re.Match[str]]) -> str:
    data, letters = b"", ""
    for word in words_of_one_charset:
        if word[2] in "qQ":
            data += _base64(letters) + quopri.decodestring(
                word[3].encode("utf-8", "replace"), header=True
            )
            letters = ""
            continue
        letters += _NO_BASE64.sub("", word[3])
        if word[3].endswith("=") or len(letters) % 4 == 0:
            data, letters = data + _base64(letters), ""
    data += _base64(letters)
    return decode(data, words_of_one_charset[0][1]) if data else ""


def _base64(letters: str) -> bytes:
    whole = letters[:-1] if len(letters) % 4 == 1 else letters
    return base64.b64decode(whole + "=" * (-len(whole) % 4))


class _Header(str):
    """A header as it was read: text, which is all that a mail from outside is good for."""

    # The policy leaves alone what has a name.
    name: str
    __slots__ = ("name",)


def _header(name: str, value: str) -> _Header:
    header = _Header(readable(value[:_LONGEST_VALUE]))
    header.name = name
    return header


# The standard library's readers of structured headers take minutes over what a hostile mail may hold,
# and refuse much of what honest ones do.
POLICY = EmailPolicy(header_factory=_header)


def inner(part: EmailMessage) -> Sequence[EmailMessage]:
    """What a part consists of: the parts of a multipart, the mail in a mail, blocks of fields."""
    payload = part.get_payload()
    found = payload if isinstance(payload, list) else []
    return [one for one in found if isinstance(one, EmailMessage)]


def text_of(message: EmailMessage, name: str) -> str:
    """A header on one line, its words read; empty where there is none."""
    return clean_line(words(str(message.get(name) or "")))


def addresses_text(message: EmailMessage, names: Sequence[str]) -> list[str]:
    """All headers of these names, as they are."""
    return [str(value) for name in names for value in message.get_all(name, [])]


def address_of(value: str) -> str | None:
    """The (first) mail address of a header such as From; None where there is none."""
    try:
        address = parseaddr(value)[1]
    except (RecursionError, ValueError, IndexError):
        address = ""
    found = _ADDRESS.fullmatch(address) or _ADDRESS.search(value.rpartition("<")[2])
    return clean_line(found[0])[:254] if found else None


def filename_of(part: EmailMessage) -> str:
    """What the sender called this part, without any folder; empty where it has no name.

    By RFC 2231, as an encoded word, in raw Korean, or as a percent-encoded name.
    """
    found = part.get_param("filename", header="content-disposition") or part.get_param("name")
    if isinstance(found, tuple):
        charset, _, value = found
        name = decode(value.encode("latin-1", "replace"), charset)
    else:
        name = words(found or "")
        if _PERCENT.search(name):
            with suppress(UnicodeDecodeError):
                name = unquote_to_bytes(name).decode()
    return _short_name(clean_line(name.replace("/", "_").replace("\\", "_")))


def _short_name(name: str) -> str:
    if len(name) <= _LONGEST_FILENAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return shorten(name, _LONGEST_FILENAME)
    return shorten(stem, _LONGEST_FILENAME - len(ending) - 1) + dot + ending
