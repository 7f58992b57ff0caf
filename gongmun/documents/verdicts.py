"""Verdicts on a file: what can come out, in both languages, and what is known of the document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gongmun.documents.disclosure import OPEN
from gongmun.documents.inspecting import Signature
from gongmun.documents.life import Status
from gongmun.text import Bilingual

# Bytes. Larger files are not looked at: the largest of ours has some megabytes.
LIMIT = 25 * 1024**2


class Finding(StrEnum):
    """What came out of looking at a file."""

    GENUINE = "genuine"
    APPENDED = "appended"
    OTHER_SIGNATURE = "other_signature"
    ALTERED = "altered"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_PDF = "not_pdf"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"


FINDINGS: Mapping[Finding, Bilingual] = {
    Finding.GENUINE: Bilingual(
        ko="진본입니다. 문서등록대장의 파일과 한 바이트도 다르지 않습니다.",
        en="Genuine: byte for byte the file that the register knows.",
    ),
    Finding.APPENDED: Bilingual(
        ko="진본이 아닙니다. 시행된 뒤에 내용이 덧붙었습니다. 화면에 보이는 내용이 원래와 다를 수 있습니다.",
        en="Not genuine: something was appended after it was issued, and what is shown may differ.",
    ),
    Finding.OTHER_SIGNATURE: Bilingual(
        ko="진본이 아닙니다. 원문에 발신 기관이 아닌 다른 서명이 붙어 있습니다.",
        en="Not genuine: the original with a signature that is not the one it was issued with.",
    ),
    Finding.ALTERED: Bilingual(
        ko="진본이 아닙니다. 서명한 뒤에 내용이 바뀌었습니다.",
        en="Not genuine: the content was changed after it was signed.",
    ),
    Finding.DIFFERS: Bilingual(
        ko="진본이 아닙니다. 문서번호는 등록되어 있으나 파일의 내용이 다릅니다. 참고용 번역본이나 변환한 파일이라면 "
        "받으신 정본 PDF로 확인해 주십시오.",
        en="Not genuine: the register knows this number, but the file differs. If it is a translation "
        "or was converted, check the official PDF that was sent.",
    ),
    Finding.UNKNOWN: Bilingual(
        ko="확인할 수 없습니다. 문서등록대장에 없는 파일입니다.",
        en="Unknown: the register has no such file.",
    ),
    Finding.EMPTY: Bilingual(ko="빈 파일입니다.", en="The file is empty."),
    Finding.TOO_LARGE: Bilingual(
        ko=f"파일이 너무 큽니다. {LIMIT // 1024**2}MB 이하의 파일만 확인합니다.",
        en=f"The file is too large; files up to {LIMIT // 1024**2} MB are checked.",
    ),
    Finding.NOT_PDF: Bilingual(ko="PDF 파일이 아닙니다.", en="This is not a PDF file."),
    Finding.ENCRYPTED: Bilingual(
        ko="암호가 걸린 파일입니다. 발신 기관은 공문에 암호를 걸지 않습니다.",
        en="The file is encrypted. The agency never encrypts its documents.",
    ),
    Finding.DAMAGED: Bilingual(
        ko="손상되었거나 일부만 있는 파일입니다. 원본 파일로 다시 확인해 주십시오.",
        en="The file is damaged or cut short. Try again with the file as it was received.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the register knows of an issued document."""

    number: str
    issued_on: date
    title: Bilingual
    recipients: tuple[Bilingual, ...]
    disclosure: str
    status: Status
    is_signed: bool
    sha256: str  # of the file that was sent
    superseded_by: str | None  # number and date, as it is cited
    check_code: str | None

    @property
    def is_open(self) -> bool:
        """Whether everybody may know what it is about (공개)."""
        return self.disclosure == OPEN


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came out, the file's own SHA-256 and signatures, and the document it is or claims to be."""

    finding: Finding
    sha256: str
    signatures: tuple[Signature, ...] = ()
    document: Known | None = None

    @property
    def is_genuine(self) -> bool:
        """Whether it is the file that was issued. It may be superseded all the same."""
        return self.finding is Finding.GENUINE


def trust_in(signature: Signature) -> Bilingual:
    """Whether somebody vouches for the certificate."""
    if signature.is_trusted:
        return Bilingual(ko="신뢰하는 인증기관", en="A trusted authority vouches for the signer")
    if signature.is_self_issued:
        return Bilingual(
            ko="자체 발급: 변조되지 않았음만 증명합니다",
            en="Self-issued: proves integrity only, not who signed",
        )
    return Bilingual(ko="신뢰하지 않는 인증기관", en="Not from a trusted authority")


def changes_since(signature: Signature) -> Bilingual:
    """What happened to the file after it was signed."""
    if not signature.is_intact:
        return Bilingual(ko="서명한 내용이 바뀜", en="What was signed was changed")
    if not signature.covers_file:
        return Bilingual(ko="서명한 뒤에 덧붙은 내용이 있음", en="Something was appended since")
    return Bilingual(ko="없음", en="None")
