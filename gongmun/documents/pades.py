"""The real signer: PAdES B-B by pyHanko, with a key in files or on a PKCS#11 token.

The signature is appended to the file (an incremental update), so that the file it signs stays inside
byte for byte. Its field is invisible and lies outside the page, which keeps PDF/A-3 and PDF/UA-1: a
visible one would need an appearance and a place in the tags. It certifies the file: whatever is changed
or added afterwards, a reader's viewer says so.
"""

import asyncio
import io
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import keys
from asn1crypto import pkcs12 as asn1_pkcs12
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gongmun.clock import seoul_date
from gongmun.documents.inspector import named
from gongmun.documents.signing import (
    CertificateDoesNotFit,
    CertificateMissing,
    CertificateNotInForce,
    NotSigned,
    PinRefused,
    SigningFileUnreadable,
    SigningPasswordWrong,
    TokenUnusable,
)
from gongmun.settings import SigningSettings

FIELD = "Signature"
_META = signers.PdfSignatureMetadata(
    field_name=FIELD,
    subfilter=fields.SigSeedSubFilter.PADES,
    md_algorithm="sha256",
    certify=True,
    docmdp_permissions=fields.MDPPerm.NO_CHANGES,
)
_INVISIBLE = fields.SigFieldSpec(
    FIELD,
    invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True),
    readable_field_name="전자서명 / Digital signature",
)
_PEM = b"-----BEGIN"
_KEY, _CERTIFICATE = "GONGMUN_SIGNING__KEY", "GONGMUN_SIGNING__CERTIFICATE"


class _Update(IncrementalPdfFileWriter):
    """Appends what is new and leaves the archive's metadata as they are.

    pyHanko would write the clock and its own name into them; the signature has its own time.
    """

    def _update_meta(self) -> None:
        pass


class _PdfSigner(signers.PdfSigner):
    def __init__(self, signer: signers.Signer, at: datetime) -> None:
        super().__init__(_META, signer, new_field_spec=_INVISIBLE)
        self._at = at

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        """PAdES only: for elliptic curves pyHanko would make it PDF 2.0, which PDF/A-3 is not."""
        pdf_out.register_extension(ESIC_EXTENSION_1)

    def init_signing_session(
        self, pdf_out: Any, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        """With our time instead of the clock's."""
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


class PadesSigner:
    """A Signer with one key and its certificate."""

    def __init__(self, signer: signers.Signer, certificate: x509.Certificate) -> None:
        self._signer = signer
        self.certificate = certificate
        # A session of a token takes one call at a time.
        self._lock = threading.Lock()

    def require_in_force(self, at: datetime) -> None:
        """See Signer."""
        first, last = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        if not first <= at <= last:
            raise CertificateNotInForce(
                subject=named(self.certificate.subject),
                first=seoul_date(first),
                last=seoul_date(last),
            )

    def sign(self, pdf: bytes, *, at: datetime) -> bytes:
        """See Signer."""
        # pyHanko and tokens raise errors of many families.
        try:
            with self._lock:
                signed = _PdfSigner(self._signer, at).sign_pdf(_Update(io.BytesIO(pdf)))
        except Exception as error:
            raise NotSigned(reason=_told(error)) from error
        return bytes(signed.getvalue())


def from_settings(
    settings: SigningSettings, *, refused_pin: Path | None = None
) -> PadesSigner | None:
    """The signer that the settings name, or None where they name no key.

    The file `refused_pin` is made when a token refuses the PIN; while it is there, no PIN is tried.

    Raises:
        SigningKeyUnusable: one of its kinds.
    """
    if settings.key:
        return _from_files(settings, settings.key)
    if settings.module:
        return _from_token(settings, refused_pin)
    return None


def _from_files(settings: SigningSettings, path: Path) -> PadesSigner:
    key, own = _opened(path, _content(_KEY, path), settings)
    chain = _chain(settings) or own
    if not chain:
        raise CertificateMissing(key=path)
    if chain[0].public_key() != key.public_key():
        raise CertificateDoesNotFit(subject=named(chain[0].subject))
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    others = [_asn1(certificate) for certificate in chain[1:]]
    signer = signers.SimpleSigner(
        signing_cert=_asn1(chain[0]),
        signing_key=keys.PrivateKeyInfo.load(plain),
        cert_registry=SimpleCertificateStore.from_certs(others),  # type: ignore[no-untyped-call]
    )
    return PadesSigner(signer, chain[0])


def _opened(
    path: Path, content: bytes, settings: SigningSettings
) -> tuple[Any, Sequence[x509.Certificate]]:
    """The private key, and the certificates that its file has, the key's own first."""
    password = settings.password.get_secret_value().encode() if settings.password else None
    is_pem = content.startswith(_PEM)
    try:
        if is_pem:
            return serialization.load_pem_private_key(content, password), []
        asn1_pkcs12.Pfx.load(content).native  # noqa: B018 (else garbage counts as a wrong password)
    except (TypeError, ValueError) as error:
        if is_pem and b"ENCRYPTED" in content:
            raise SigningPasswordWrong(file=path) from error
        raise SigningFileUnreadable(setting=_KEY, file=path, reason=_told(error)) from error
    except UnsupportedAlgorithm as error:
        raise SigningFileUnreadable(setting=_KEY, file=path, reason=_told(error)) from error
    try:
        key, first, others = pkcs12.load_key_and_certificates(content, password)
    except ValueError as error:
        raise SigningPasswordWrong(file=path) from error
    if key is None:
        raise SigningFileUnreadable(setting=_KEY, file=path, reason="no private key")
    return key, [first, *others] if first else []


def _chain(settings: SigningSettings) -> Sequence[x509.Certificate]:
    """The certificates of their own file, the key's own first; none where no file is named."""
    path = settings.certificate
    if path is None:
        return []
    try:
        return x509.load_pem_x509_certificates(_content(_CERTIFICATE, path))
    except ValueError as error:
        raise SigningFileUnreadable(setting=_CERTIFICATE, file=path, reason=_told(error)) from error


def _from_token(settings: SigningSettings, refused_pin: Path | None) -> PadesSigner:
    token = settings.token
    assert settings.pin is not None  # as the settings saw to it
    if refused_pin and refused_pin.exists():
        raise PinRefused(token=token, remembered=refused_pin)
    chain = _chain(settings)
    session: Any = None
    # The module, the token and pyHanko raise errors of many families, the first of them if the
    # package python-pkcs11 is not installed.
    try:
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

        session = open_pkcs11_session(
            str(settings.module),
            token_criteria=TokenCriteria(label=token),
            user_pin=settings.pin.get_secret_value(),
        )
        signer = PKCS11Signer(
            session,
            key_label=settings.key_label,
            cert_label=settings.key_label,
            signing_cert=_asn1(chain[0]) if chain else None,
            ca_chain=[_asn1(certificate) for certificate in chain[1:]],
            other_certs_to_pull=None,
        )
        certificate = chain[0] if chain else _resident(signer)
        # Hashed by us: not every token hashes for elliptic curves.
        signer.use_raw_mechanism = isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
        probe = asyncio.run(signer.async_sign_raw(FIELD.encode(), "sha256"))
        if not _fits(certificate, probe, FIELD.encode()):
            raise CertificateDoesNotFit(subject=named(certificate.subject))
    except Exception as error:
        # A login that is left open would refuse the next one.
        if session:
            session.close()
        if isinstance(error, CertificateDoesNotFit):
            raise
        if refused_pin and type(error).__name__ == "PinIncorrect":
            # Every sweep would try it again, in a process that knows nothing of the last.
            refused_pin.parent.mkdir(parents=True, exist_ok=True)
            refused_pin.touch()
            raise PinRefused(token=token, remembered=refused_pin) from error
        raise TokenUnusable(token=token, reason=_told(error)) from error
    return PadesSigner(signer, certificate)


def _resident(signer: signers.Signer) -> x509.Certificate:
    """The certificate that lies on the token beside its key."""
    assert signer.signing_cert is not None
    return x509.load_der_x509_certificate(signer.signing_cert.dump())


def _fits(certificate: x509.Certificate, signature: bytes, data: bytes) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr,call-arg,arg-type]
    except InvalidSignature:
        return False
    return True


def _content(setting: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SigningFileUnreadable(setting=setting, file=path, reason=error.strerror) from error


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ").splitlines()[0]
