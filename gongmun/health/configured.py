"""Settings that are fit for a trial and not for service."""

from collections.abc import Iterator

from gongmun.health.checks import Check, Subject
from gongmun.settings import AgencySettings, Settings
from gongmun.text import Bilingual

AGENCY = Subject(code="agency", name=Bilingual(ko="발신 기관", en="agency"))
ADDRESS = Subject(code="public_address", name=Bilingual(ko="공개 주소", en="public address"))


def configured(settings: Settings) -> Iterator[Check]:
    """The agency's own name and address, and where readers reach the portal."""
    invented = AgencySettings()
    if settings.agency.name_ko == invented.name_ko or settings.agency.email == invented.email:
        yield AGENCY.care(
            Bilingual(
                ko=f"예시 기관({invented.name_ko})이 공문에 인쇄됩니다.",
                en=f"Documents name an invented agency ({invented.name_en}).",
            ),
            Bilingual(
                ko="GONGMUN_AGENCY__NAME_KO 등 발신 기관 설정을 모두 지정해 주십시오.",
                en="Set all of GONGMUN_AGENCY__NAME_KO and the others.",
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
