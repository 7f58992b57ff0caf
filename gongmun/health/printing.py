"""What documents are printed with: the libraries, the fonts, the key."""

from collections.abc import Callable, Iterator
from ctypes.util import find_library
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from gongmun.documents.signing import CertificateNotInForce, Signer
from gongmun.errors import GongmunError
from gongmun.health.checks import Check, Subject
from gongmun.settings import Settings
from gongmun.text import Bilingual, english_date, korean_date

LIBRARIES = Subject(code="libraries", name=Bilingual(ko="인쇄 라이브러리", en="print libraries"))
FONTS = Subject(code="fonts", name=Bilingual(ko="글꼴", en="fonts"))
SIGNING = Subject(code="signing_key", name=Bilingual(ko="서명 키", en="signing key"))

_NEEDED = ("pango-1.0", "pangoft2-1.0")
# Printing goes on without it, two and a half times as slowly, and nothing says so.
_SUBSETTER = "harfbuzz-subset"
_FONTS = ("sans-bold", "sans-regular", "serif-bold", "serif-regular")
# Time enough to order a certificate and have it delivered.
_RENEWAL = timedelta(days=30)


def libraries() -> Iterator[Check]:
    """Pango and the subsetter of HarfBuzz."""
    remedy = Bilingual(
        ko="'make system'을 실행하면 빠진 꾸러미를 설치하거나 설치할 명령을 알려 줍니다.",
        en="`make system` installs what is missing, or prints the line to type.",
    )
    missing = [name for name in _NEEDED if not _is_there(name)]
    if missing:
        names = ", ".join(missing)
        yield LIBRARIES.wrong(
            Bilingual(ko=f"없는 라이브러리: {names}", en=f"missing: {names}"), remedy
        )
    elif not _is_there(_SUBSETTER):
        yield LIBRARIES.care(
            Bilingual(
                ko=f"{_SUBSETTER}가 없어 공문 인쇄가 2.5배 느립니다.",
                en=f"{_SUBSETTER} is missing: printing takes 2.5 times as long.",
            ),
            remedy,
        )
    else:
        yield LIBRARIES.well(
            "Pango와 HarfBuzz가 있습니다.", "Pango and HarfBuzz's subsetter are there"
        )


@cache
def _is_there(library: str) -> bool:
    # Runs a program each time it is asked, and a library comes with a new start only.
    return find_library(library) is not None


def fonts(templates: Path) -> Iterator[Check]:
    """The four fonts that documents enclose."""
    missing = [
        f"{name}.woff2" for name in _FONTS if not (templates / "fonts" / f"{name}.woff2").is_file()
    ]
    if missing:
        names = ", ".join(missing)
        yield FONTS.wrong(
            Bilingual(ko=f"없는 글꼴: {names}", en=f"missing: {names}"),
            Bilingual(
                ko=f"{templates / 'fonts'} 폴더를 배포본에서 다시 가져오거나 GONGMUN_TEMPLATES 값을 확인해 주십시오.",
                en=f"Restore {templates / 'fonts'} from the release, or check GONGMUN_TEMPLATES.",
            ),
        )
    else:
        yield FONTS.well("글꼴 네 가지가 있습니다.", "all four are there")


def signing(
    settings: Settings, signer: Callable[[], Signer | None], now: datetime
) -> Iterator[Check]:
    """The key that documents are signed with, and whether its certificate runs out."""
    if not settings.signing.names_a_key:
        yield SIGNING.care(
            Bilingual(ko="공문에 전자서명을 하지 않습니다.", en="Documents are not signed."),
            Bilingual(
                ko="GONGMUN_SIGNING__KEY 또는 GONGMUN_SIGNING__MODULE 을 지정해 주십시오.",
                en="Set GONGMUN_SIGNING__KEY or GONGMUN_SIGNING__MODULE.",
            ),
        )
        return
    try:
        key = signer()
        assert key is not None
        key.require_in_force(now)
    except GongmunError as error:
        yield SIGNING.refused(error)
        return
    try:
        key.require_in_force(now + _RENEWAL)
    except CertificateNotInForce as error:
        last = error.params["last"]
        yield SIGNING.care(
            Bilingual(
                ko=f"쓸 수 있으나, 인증서가 {korean_date(last)}에 만료됩니다.",
                en=f"in force, and the certificate runs out on {english_date(last)}",
            ),
            Bilingual(
                ko=f"{_RENEWAL.days}일 안에 만료됩니다. 인증서를 갱신해 주십시오.",
                en=f"That is within {_RENEWAL.days} days: renew the certificate.",
            ),
        )
        return
    yield SIGNING.well("쓸 수 있습니다.", "in force")
