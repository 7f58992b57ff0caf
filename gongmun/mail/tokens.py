"""The token of a dispatch in an address of ours (`name+token@…`): written, and read back.

An officer may type the address from paper, so what looks alike is read as the same: the alphabet is
Crockford's base32, which has no i, l, o and u.
"""

import re
from collections.abc import Iterable

from gongmun.settings import settings

LENGTH = 16
_ALIKE = str.maketrans({"i": "1", "l": "1", "o": "0", "-": None, " ": None})
_TOKEN = re.compile(rf"[0-9a-hjkmnp-tv-z]{{{LENGTH}}}")
# As typed: look-alikes, and hyphens between groups of characters.
_TYPED = r"([0-9a-tv-z](?:-?[0-9a-tv-z]){15})"


def typed(token: str) -> str:
    """A token as it is stored, from how a person wrote it: l and i are 1, o is 0."""
    return token.lower().translate(_ALIKE)


def tokens_in(addresses: Iterable[str]) -> tuple[str, ...]:
    """The tokens in these addresses or headers, as stored: in order, each once.

    Only addresses of the inbox count: `name+token@domain` of GONGMUN_INBOX__ADDRESS.
    """
    name, domain = _inbox()
    if not domain:
        return ()
    address = re.compile(
        rf"(?<![\w.+-]){re.escape(name + settings().inbox.delimiter)}{_TYPED}@{re.escape(domain)}"
        r"(?![\w-]|\.\w)",
        re.IGNORECASE | re.ASCII,
    )
    found = (typed(written) for text in addresses for written in address.findall(text))
    return tuple(dict.fromkeys(token for token in found if _TOKEN.fullmatch(token)))


def address_with(token: str) -> str | None:
    """The address of the inbox that carries this token; None where no inbox is set."""
    name, domain = _inbox()
    return f"{name}{settings().inbox.delimiter}{token}@{domain}" if domain else None


def _inbox() -> tuple[str, str]:
    """Name and domain of the inbox's address; both empty where no inbox is set."""
    inbox = settings().inbox
    name, _, domain = (inbox.address or "").rpartition("@") if inbox.is_set else ("", "", "")
    return (name, domain) if name else ("", "")
