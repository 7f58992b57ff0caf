"""The port to the agency's signature on a PDF file, and what can go wrong there.

The signature proves that a file is the one that left the agency. It is no seal: that is drawn on the
page, on the last letter of the sender.
"""

from datetime import datetime
from typing import Protocol

from gongmun.documents.printing import NotPrinted


class Signer(Protocol):
    """Signs PDF files with the agency's key. Safe to call from several threads."""

    def require_in_force(self, at: datetime) -> None:
        """Return quietly if what is signed at this moment will be valid.

        Raises:
            CertificateNotInForce: the certificate has expired, or is not valid yet.
        """

    def sign(self, pdf: bytes, *, at: datetime) -> bytes:
        """`pdf`, untouched, with the signature appended; `at` is the time that it claims.

        Raises:
            NotSigned: the key could not be used, or the file is not one that can be signed.
        """


class SigningKeyUnusable(NotPrinted):
    """Nothing can be signed with what the settings name: one of the kinds below. No number is given."""


class SigningKeyMissing(SigningKeyUnusable):
    """Earlier documents are signed, and the settings of this process name no key: it was forgotten here."""

    code = "signing.key_missing"
    ko = (
        "이 환경에는 서명 키가 설정되지 않아 시행하지 않았습니다. 전에 시행한 공문에는 전자서명이 있습니다. "
        "GONGMUN_SIGNING__KEY 등 make up 과 같은 설정을 지정한 뒤 다시 시행해 주십시오. 앞으로 서명하지 않으려면 "
        "GONGMUN_SIGNING__UNSIGNED=true 를 지정해 주십시오."
    )
    en = (
        "Not issued: no signing key is set here, and earlier documents are signed. Set what `make up` "
        "has, such as GONGMUN_SIGNING__KEY, and issue again. To end signing for good, set "
        "GONGMUN_SIGNING__UNSIGNED=true."
    )


class SigningFileUnreadable(SigningKeyUnusable):
    """A file of the settings is missing or holds something else."""

    code = "signing.file_unreadable"
    ko = (
        "{setting} 파일을 사용할 수 없습니다: {file}({reason}). PEM 또는 PKCS#12 형식의 파일이 있는지, 읽을 "
        "권한이 있는지 확인해 주십시오."
    )
    en = (
        "The file of {setting} cannot be used: {file} ({reason}). Check that it is there, readable, "
        "and PEM or PKCS#12."
    )


class SigningPasswordWrong(SigningKeyUnusable):
    """The password does not open the key."""

    code = "signing.password_wrong"
    ko = "서명 키를 열 수 없습니다: {file}. GONGMUN_SIGNING__PASSWORD 값을 확인해 주십시오."
    en = "The signing key {file} cannot be opened. Check GONGMUN_SIGNING__PASSWORD."


class CertificateMissing(SigningKeyUnusable):
    """A key without its certificate."""

    code = "signing.certificate_missing"
    ko = "서명 키의 인증서가 없습니다: {key}. GONGMUN_SIGNING__CERTIFICATE 에 PEM 파일을 지정해 주십시오."
    en = (
        "The signing key {key} comes without a certificate. Set GONGMUN_SIGNING__CERTIFICATE (PEM)."
    )


class CertificateDoesNotFit(SigningKeyUnusable):
    """The certificate belongs to another key."""

    code = "signing.certificate_does_not_fit"
    ko = (
        "인증서({subject})가 서명 키와 맞지 않습니다. 인증서 파일의 첫 번째가 서명 키의 인증서인지 확인해 "
        "주십시오."
    )
    en = (
        "The certificate ({subject}) does not belong to the signing key. The key's own certificate "
        "must come first in its file."
    )


class CertificateNotInForce(SigningKeyUnusable):
    """The certificate has expired, or is not valid yet."""

    code = "signing.certificate_not_in_force"
    ko = (
        "인증서({subject})의 유효기간이 아닙니다: {first}~{last}. 유효한 인증서로 바꾼 뒤 다시 발행해 주십시오. "
        "번호는 아직 부여하지 않았습니다."
    )
    en = (
        "The certificate ({subject}) is valid from {first} to {last} only. Install one that is in "
        "force and issue again; no number was given."
    )


class TokenUnusable(SigningKeyUnusable):
    """The PKCS#11 token is not there, refuses the PIN or lacks the key."""

    code = "signing.token_unusable"
    ko = (
        "보안 토큰 '{token}'을(를) 사용할 수 없습니다({reason}). 토큰이 연결되어 있는지, "
        "GONGMUN_SIGNING__MODULE, __TOKEN, __KEY_LABEL, __PIN 값이 맞는지 확인해 주십시오."
    )
    en = (
        "The token '{token}' cannot be used ({reason}). Check that it is connected, and "
        "GONGMUN_SIGNING__MODULE, __TOKEN, __KEY_LABEL and __PIN."
    )


class PinRefused(SigningKeyUnusable):
    """The PKCS#11 token refused the PIN; tried a few times more, it would lock itself."""

    code = "signing.pin_refused"
    ko = (
        "보안 토큰 '{token}'이(가) PIN을 거절했습니다. 토큰이 잠기지 않도록 다시 시도하지 않습니다. "
        "GONGMUN_SIGNING__PIN 값을 고친 뒤 {remembered} 파일을 지워 주십시오."
    )
    en = (
        "The token '{token}' refused the PIN. It is not tried again, lest the token lock itself: "
        "correct GONGMUN_SIGNING__PIN, then delete the file {remembered}."
    )


class NotSigned(NotPrinted):
    """The file was made but could not be signed; the document waits with its number."""

    code = "documents.not_signed"
    ko = (
        "문서에 전자서명을 하지 못했습니다({reason}). 서명 키나 토큰을 확인한 뒤 다시 발행해 주십시오. "
        "서명하지 않은 문서는 발송하지 않습니다."
    )
    en = (
        "The document could not be signed ({reason}). Check the key or token and issue again; "
        "nothing is sent unsigned."
    )
    retryable = True
