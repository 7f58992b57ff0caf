"""Which text is one plain mail address: the one rule for contacts, files and outgoing mail."""

import re

from gongmun.errors import GongmunError

LONGEST_ADDRESS = 254

# One mailbox in ASCII without quoting, as ministries have them (RFC 5321): nothing that could end a
# header line or an SMTP command, or add a second recipient, fits this pattern. The last label is no
# number: no top-level domain is one, so this is an IP address or a slip of the keyboard.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"(?=.{{1,{LONGEST_ADDRESS}}}\Z)(?=[^@]{{1,64}}@)"
    rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}"
)


class AddressInvalid(GongmunError):
    """Something that is not one plain e-mail address. It may be personal and is not repeated."""

    code = "organisations.address_invalid"
    ko = "전자우편 주소가 올바르지 않습니다. forum@ministry.example 형식의 주소 하나만 입력해 주십시오."
    en = "Not an e-mail address. Give a single plain one, such as forum@ministry.example."


def checked_address(text: str) -> str:
    """`text`, if it is one plain e-mail address.

    Raises:
        AddressInvalid: anything else.
    """
    if not _ADDRESS.fullmatch(text):
        raise AddressInvalid
    return text
