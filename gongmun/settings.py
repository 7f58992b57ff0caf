"""Settings, read from the environment (`GONGMUN_…`, nested with `__`) and from the file `.env`.

Every setting has a default that works on one machine without a server, account or key. The sample
agency is invented.
"""

import os
import re
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from gongmun.errors import GongmunError
from gongmun.text import Bilingual

PROJECT_ROOT = Path(__file__).resolve().parents[1]


class SettingsInvalid(GongmunError):
    """A setting in the environment or in the settings file that cannot be used."""

    code = "settings.invalid"
    ko = "설정을 사용할 수 없습니다. 환경 변수나 .env 파일을 고쳐 주십시오. {problems_ko}"
    en = "The settings cannot be used. Correct the environment or the file .env. {problems_en}"


class TlsMode(StrEnum):
    """How the connection to the relay is protected."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"  # allowed for a test relay only


class AgencySettings(BaseModel):
    """The issuing agency (발신 기관), as the head and foot of a document print it."""

    name_ko: str = "국민참여처"
    name_en: str = "Office for Citizen Participation"
    head_ko: str = "국민참여처장"
    head_en: str = "Head of the Office for Citizen Participation"
    division_ko: str = "공론소통과"
    division_en: str = "Public Dialogue Division"
    # The part of a document number before the hyphen; the register counts per division and year.
    register_division: str = "공론소통과"
    slogan_ko: str = "국민의 제안, 끝까지 답하겠습니다"
    slogan_en: str = "Every suggestion answered"
    postcode: str = "00000"
    address_ko: str = "가상특별시 소통구 광장로 1"
    address_en: str = "1 Gwangjang-ro, Sotong-gu, Sample City"
    website: str = "www.participation.example"
    telephone: str = "(044) 000-0000"
    fax: str = "(044) 000-0001"
    email: str = "forum@participation.example"
    drafter_rank_ko: str = "주무관"
    drafter_rank_en: str = "Officer"
    drafter_name_ko: str = "김소통"
    drafter_name_en: str = "Kim So-tong"
    # Printed where they are named.
    reviewer_rank_ko: str = ""
    reviewer_rank_en: str = ""
    reviewer_name_ko: str = ""
    reviewer_name_en: str = ""
    cooperator_rank_ko: str = ""
    cooperator_rank_en: str = ""
    cooperator_name_ko: str = ""
    cooperator_name_en: str = ""
    approver_rank_ko: str = "공론소통과장"
    approver_rank_en: str = "Director, Public Dialogue Division"


class MailSettings(BaseModel):
    """The relay that takes our mail. TLS is required unless `test_relay` says otherwise."""

    host: str = "localhost"
    port: int = Field(default=587, ge=1, le=65535)
    username: str | None = None
    password: SecretStr | None = None
    tls: TlsMode = TlsMode.STARTTLS
    test_relay: bool = False
    sender: str = "forum@participation.example"
    # Seconds to wait for one answer of the relay before the attempt counts as failed.
    timeout: float = Field(default=30, gt=0)
    # Connections to the relay at once; where it allows fewer, those it allows carry all.
    connections: int = Field(default=3, ge=1, le=8)
    # A Maildir that receives a copy of all mail the relay accepted: the witness for uncertain sends.
    journal: Path | None = None
    # The log of the relay (Postfix), read for what the ministries' servers took or refused.
    relay_log: Path | None = None
    # Whether success notices (DSN) are asked for, where the relay knows them.
    dsn: bool = True

    @model_validator(mode="after")
    def _clear_text_only_for_a_test_relay(self) -> Self:
        if self.tls is TlsMode.NONE and not self.test_relay:
            raise ValueError(
                "암호화하지 않은 발송은 시험 중계 서버에서만 가능합니다. GONGMUN_MAIL__TEST_RELAY=true 를 "
                "지정하거나 GONGMUN_MAIL__TLS 를 starttls 또는 implicit 으로 두십시오. / Mail without TLS "
                "is for a test relay only: set GONGMUN_MAIL__TEST_RELAY=true, or GONGMUN_MAIL__TLS to "
                "starttls or implicit."
            )
        return self


class InboxSettings(BaseModel):
    """The mailbox that replies and notices of non-delivery come to: by IMAP, or a Maildir of this machine.

    Neither: nothing is collected, and replies go to the sender's mailbox as any mail does.
    """

    host: str | None = None
    port: int = Field(default=993, ge=1, le=65535)
    username: str | None = None
    password: SecretStr | None = None
    # Only a test server may be without TLS; the same word as for the relay.
    tls: TlsMode = TlsMode.IMPLICIT
    test_server: bool = False
    folder: str = "INBOX"
    maildir: Path | None = None
    # The address that a token is added to (name+token@…): the inbox must take such addresses.
    address: str | None = None
    delimiter: str = Field(default="+", pattern=r"^[+\-_=.]$")
    # Seconds to wait for one answer of the server.
    timeout: float = Field(default=30, gt=0)

    @property
    def is_set(self) -> bool:
        """Whether there is an inbox to collect from."""
        return bool(self.host or self.maildir)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.host and self.maildir:
            raise ValueError(
                "수신함은 IMAP(GONGMUN_INBOX__HOST)과 Maildir(GONGMUN_INBOX__MAILDIR) 가운데 하나만 지정해 "
                "주십시오. / Name one inbox only: IMAP (GONGMUN_INBOX__HOST) or a Maildir "
                "(GONGMUN_INBOX__MAILDIR)."
            )
        if self.is_set and not self.address:
            raise ValueError(
                "수신함을 쓰려면 회신을 받을 주소(GONGMUN_INBOX__ADDRESS)를 지정해 주십시오. / An inbox needs "
                "the address that replies are sent to: GONGMUN_INBOX__ADDRESS."
            )
        if self.host and not (self.username and self.password):
            raise ValueError(
                "IMAP 계정(GONGMUN_INBOX__USERNAME, __PASSWORD)을 지정해 주십시오. / An IMAP inbox needs "
                "GONGMUN_INBOX__USERNAME and __PASSWORD."
            )
        if self.tls is TlsMode.NONE and not self.test_server:
            raise ValueError(
                "암호화하지 않은 수신은 시험 서버에서만 가능합니다(GONGMUN_INBOX__TEST_SERVER=true). / An inbox "
                "without TLS is for a test server only: GONGMUN_INBOX__TEST_SERVER=true."
            )
        return self


class PortalSettings(BaseModel, frozen=True):
    """How long officers and proposers have access, and what they may send."""

    # Days that the link of a mail is good for.
    link_days: int = Field(default=180, ge=1, le=730)
    # Minutes that a six-digit code is good for.
    code_minutes: int = Field(default=10, ge=1, le=60)
    # Hours that a session lasts at most, and minutes without a sign of life.
    session_hours: int = Field(default=8, ge=1, le=24)
    session_idle_minutes: int = Field(default=60, ge=5, le=480)
    # Files of one referral, megabytes of one file.
    files: int = Field(default=10, ge=1, le=50)
    file_megabytes: int = Field(default=20, ge=1, le=100)
    # Proxies before the portal whose X-Forwarded-For is believed: how many, counted from us.
    proxies: int = Field(default=0, ge=0, le=5)
    # clamd (ClamAV) that looks at every file: host:port, or the path of its socket.
    clamd: str | None = None


class SigningSettings(BaseModel):
    """The key that signs documents: in files, or on a PKCS#11 token. None at all: nothing is signed."""

    # PEM, or PKCS#12 with its certificates.
    key: Path | None = None
    # PEM: the certificate of the key, then those that vouch for it. A PKCS#12 file needs none.
    certificate: Path | None = None
    password: SecretStr | None = None
    # The library that speaks to the token, the token's label, the label of key and certificate on it.
    module: Path | None = None
    token: str | None = None
    key_label: str | None = None
    pin: SecretStr | None = None
    # PEM: the authorities that are trusted when a signature is verified.
    trust: Path | None = None
    # Without a key, go on unsigned although earlier documents are signed.
    unsigned: bool = False

    @property
    def names_a_key(self) -> bool:
        """Whether documents are signed."""
        return bool(self.key or self.module)

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.key and self.module:
            raise ValueError(
                "서명 키는 파일(GONGMUN_SIGNING__KEY)과 토큰(GONGMUN_SIGNING__MODULE) 가운데 하나만 지정해 "
                "주십시오. / Name one signing key only: a file (GONGMUN_SIGNING__KEY) or a token "
                "(GONGMUN_SIGNING__MODULE)."
            )
        if self.module and not (self.token and self.key_label and self.pin):
            raise ValueError(
                "토큰을 쓰려면 GONGMUN_SIGNING__TOKEN, __KEY_LABEL, __PIN 을 모두 지정해 주십시오. / A token "
                "needs GONGMUN_SIGNING__TOKEN, __KEY_LABEL and __PIN."
            )
        return self


def _web_address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(
            "http:// 또는 https:// 로 시작하는 주소를 지정해 주십시오. / Give an address that begins with "
            "http:// or https://."
        )
    return url.rstrip("/")


def _place(where: object) -> object:
    """A folder as a path; the address of a bucket as it is, without a slash at its end."""
    if not isinstance(where, str):
        return where
    if "://" not in where:
        return Path(where)
    if not _BUCKET.fullmatch(where):
        raise ValueError(
            "폴더 경로 또는 s3://버킷/접두어 형식으로 지정해 주십시오. / Give the path of a folder, or "
            "s3://bucket/prefix."
        )
    return where.rstrip("/")


_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?")
# A folder, or the address of a bucket (str).
Place = Annotated[Path | str, BeforeValidator(_place)]


def _listed(text: object) -> object:
    """Addresses with commas or spaces between them; each once, in the order of first mention."""
    if not isinstance(text, str):
        return text
    found = tuple(dict.fromkeys(_BETWEEN.sub(" ", text).split()))
    if not all("@" in each for each in found):
        raise ValueError(
            "메일 주소를 쉼표로 나누어 지정해 주십시오. / Give mail addresses with commas between them."
        )
    return found


_BETWEEN = re.compile(r"[,;]")
Addresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """All settings of one installation."""

    model_config = SettingsConfigDict(
        env_prefix="GONGMUN_", env_nested_delimiter="__", extra="ignore"
    )

    # Everything this installation keeps on this machine, unless a setting below says otherwise.
    var: Annotated[Path, AfterValidator(Path.absolute)] = PROJECT_ROOT / "var"
    # Any SQLAlchemy URL of SQLite or of PostgreSQL by psycopg 3 (postgresql+psycopg://…).
    database_url: str = Field(
        default_factory=lambda data: f"sqlite:///{data['var'] / 'gongmun.db'}"
    )
    # Rendered documents lie here, and what came in there, by their SHA-256: in a folder, or in a bucket
    # that many machines share (s3://bucket/prefix).
    document_store: Place = Field(default_factory=lambda data: data["var"] / "documents")
    received_store: Place = Field(default_factory=lambda data: data["var"] / "received")
    # The keys that lead from an invitation to its answer sheet: apart from the database, also in backups.
    survey_keys: Path = Field(default_factory=lambda data: data["var"] / "survey-keys")
    # One line name:password, the login to Prefect's page and API; see gongmun/prefect_login.py.
    prefect_login: Path = Field(default_factory=lambda data: data["var"] / "prefect-login")
    # The ladder file of this installation; the one in the package where none is given.
    ladder: Path | None = None
    # How long personal data are kept, where it differs from the package; see the operator's guide.
    retention: Path | None = None
    # Who is mailed what goes wrong, and the digest of the morning: the coordinators (담당자).
    coordinators: Addresses = ()
    # A notification block of Prefect's, as type/name (slack-webhook/office), that is told as well.
    notification_block: str | None = Field(default=None, pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")
    # Days off (휴무일) that were declared lately, beside those of the package; see the operator's guide.
    calendar_overrides: Path | None = None
    templates: Path = PROJECT_ROOT / "templates"
    # A division's own templates, words and style of documents; see the operator's guide.
    document_overrides: Path | None = None
    agency: AgencySettings = AgencySettings()
    mail: MailSettings = MailSettings()
    inbox: InboxSettings = InboxSettings()
    portal: PortalSettings = PortalSettings()
    signing: SigningSettings = SigningSettings()
    # Where readers reach the portal: printed on documents, so that a copy can be checked. Without it
    # neither QR code nor address is printed: they stay on paper, and must not lead nowhere.
    public_url: Annotated[str, AfterValidator(_web_address)] | None = None
    # Worker processes that render documents at the same time.
    render_workers: int = Field(default=2, ge=1, le=64)
    # Documents of one job that are one run's; of more, the others are given to the workers that print. 0: nothing is.
    print_batch: int = Field(default=0, ge=0, le=1000)
    # Seconds one document may take to render before its worker is killed.
    render_timeout: float = Field(default=60, gt=0)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    `GONGMUN_ENV_FILE` names another file than `.env`; empty, it means none.

    Raises:
        SettingsInvalid: one or more cannot be used; the error names them all, without their values.
    """
    try:
        return Settings(_env_file=os.environ.get("GONGMUN_ENV_FILE", ".env") or None)
    except SettingsError as error:
        raise SettingsInvalid(problems_ko=str(error), problems_en=str(error)) from error
    except ValidationError as error:
        # The values are left out: one of them may be a password.
        found = error.errors(include_input=False, include_context=False, include_url=False)
        problems = [_problem("__".join(map(str, each["loc"])), each["msg"]) for each in found]
        raise SettingsInvalid(
            problems_ko="; ".join(problem.ko for problem in problems),
            problems_en="; ".join(problem.en for problem in problems),
        ) from None


def _problem(setting: str, message: str) -> Bilingual:
    ko, _, en = message.removeprefix("Value error, ").partition(" / ")
    variable = f"GONGMUN_{setting.upper()}"
    return Bilingual(ko=f"{variable}: {ko}", en=f"{variable}: {en or ko}")
