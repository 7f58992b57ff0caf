"""Settings that are fit for a trial and not for service."""

from collections.abc import Iterator, Sequence

from gongmun.health.checks import Check, Subject
from gongmun.settings import AgencySettings, Settings
from gongmun.text import Bilingual

AGENCY = Subject(code="agency", name=Bilingual(ko="발신 기관", en="agency"))
ADDRESS = Subject(code="public_address", name=Bilingual(ko="공개 주소", en="public address"))


def configured(settings: Settings) -> Iterator[Check]:
    """The agency as it is printed, and where readers reach the portal."""
    if unset := _invented(settings.agency):
        yield AGENCY.care(
            Bilingual(
                ko=f"예시로 든 발신 기관의 값이 공문에 인쇄됩니다({len(unset)}개 항목).",
                en=f"Documents print {len(unset)} value{'s' * (len(unset) > 1)} of an invented agency.",
            ),
            Bilingual(
                ko=f"다음 설정을 지정해 주십시오: {', '.join(unset)}",
                en=f"Set {', '.join(unset)}.",
            ),
        )
    else:
        yield AGENCY.well(settings.agency.name_ko, settings.agency.name_en)
    if settings.public_url is None:
        yield ADDRESS.care(
            Bilingual(
                ko="공문에 확인 주소와 QR코드가 인쇄되지 않고, 메일에 링크가 없습니다.",
                en="Documents show neither address nor QR code, and mails have no link.",
            ),
            Bilingual(
                ko="GONGMUN_PUBLIC_URL 에 포털의 주소를 지정해 주십시오.",
                en="Set GONGMUN_PUBLIC_URL to the portal's address.",
            ),
        )
    elif settings.public_url.startswith("http://"):
        yield ADDRESS.care(
            Bilingual(
                ko=f"암호화하지 않은 주소입니다: {settings.public_url}",
                en=f"an address without TLS: {settings.public_url}",
            ),
            Bilingual(
                ko="TLS를 쓰는 역방향 프록시를 두고 https:// 주소를 지정해 주십시오.",
                en="Put a reverse proxy with TLS before the portal, and set its https:// address.",
            ),
        )
    else:
        yield ADDRESS.well(settings.public_url, settings.public_url)


def _invented(agency: AgencySettings) -> Sequence[str]:
    """The settings that nobody has set. What is empty by default is not printed."""
    return [
        f"GONGMUN_AGENCY__{name.upper()}"
        for name, field in AgencySettings.model_fields.items()
        if field.default and name not in agency.model_fields_set
    ]
