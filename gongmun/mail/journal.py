"""The journal (발송 사본함) as a list of what left: which document numbers stand in it."""

import re
from collections.abc import Collection
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path

from gongmun.clock import seoul_date
from gongmun.mail.witness import FOLDERS, WitnessUnavailable, header_of

_PARSER = BytesHeaderParser(policy=policy.default)


def serials_sent(maildir: Path, *, division: str, year: int) -> Collection[int]:
    """The serials of `division` that mails of that year in Seoul name in their subject, as `[division-12] …`.

    Raises:
        WitnessUnavailable: the journal cannot be read.
    """
    named = re.compile(rf"\[{re.escape(division)}-([0-9]{{1,9}})\]")
    found: set[int] = set()
    try:
        for folder in FOLDERS:
            for path in (maildir / folder).iterdir():
                header = _PARSER.parsebytes(header_of(path))
                sent = header["Date"] and header["Date"].datetime
                if sent and sent.tzinfo and seoul_date(sent).year == year:
                    found.update(map(int, named.findall(str(header["Subject"]))))
    except OSError as error:
        raise WitnessUnavailable(reason=error.strerror or type(error).__name__) from error
    return found
