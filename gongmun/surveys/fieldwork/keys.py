"""Keys of answer sheets (답안 열쇠): the only key from an invitation to its sheet, kept outside the database.

Each series has a file of 32 random bytes. A sheet's key is an HMAC of its invitation under that secret: whoever
answers comes back to his own sheet by his link, and no table says whose a sheet is. When a wave is archived the keys
on its sheets go; when no wave of a series needs its file any more and none will follow, the file is destroyed, and with
it the key to any copy of the database: see `archiving`.

It is no wall against whoever has the whole database before the wave is archived. He knows the sex, age group and
province of every member, and the day on which each has answered, and all four stand on the sheet: in a panel of 200
they fit one person in most cases. PostgreSQL also marks each row with the transaction that wrote it (`xmin`), and a
sheet is written with its invitation, so that neither is ever kept without the other: until the weighing or the archiving
writes the sheet anew the two can be joined by it, and by the write-ahead log as long as that is kept.

The folder is `GONGMUN_SURVEY_KEYS`, `survey-keys` under `GONGMUN_VAR` where none is named. It belongs into a backup
of its own, apart from that of the database; several machines share it.
"""

import hmac
from hashlib import sha256

from gongmun.errors import GongmunError
from gongmun.surveys.panels import key_files


class SurveyKeyMissing(GongmunError):
    """The key file of a series is not where it belongs, or is not one."""

    code = "surveys.key_missing"
    ko = (
        "반복 설문 '{series}'의 열쇠 파일을 읽을 수 없습니다({path}). 백업에서 되돌려 주십시오. 새로 만들면 저장해 둔 "
        "답을 이어 쓸 수 없습니다."
    )
    en = (
        "The key file of the series '{series}' cannot be read ({path}). Restore it from the backup: with a new one "
        "nobody could go on with what he has saved."
    )


def make(series: str) -> None:
    """Make the key file of a series, if there is none; nobody but this user may read it."""
    key_files.make(series)


def destroy(series: str) -> None:
    """Remove the key file of a series for good; nothing happens where there is none."""
    key_files.path_of(series).unlink(missing_ok=True)


def sheet_key(series: str, invitation_id: int) -> str:
    """What finds the sheet of an invitation, 64 hexadecimal digits.

    Raises:
        SurveyKeyMissing: there is no key file.
    """
    return _digest(series, f"sheet:{invitation_id}")


def pair_key(series: str, member_id: int) -> str:
    """What the sheets of one person in all waves of a series have in common.

    Raises:
        SurveyKeyMissing: there is no key file.
    """
    return _digest(series, f"pair:{member_id}")


def _digest(series: str, text: str) -> str:
    key = key_files.read(series)
    if key is None:
        raise SurveyKeyMissing(series=series, path=str(key_files.path_of(series)))
    return hmac.new(key, text.encode(), sha256).hexdigest()
