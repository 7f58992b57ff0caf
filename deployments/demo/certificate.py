"""A test certificate that vouches for itself: it proves that a file was not changed, not who signed it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gongmun import clock

NAME = "공문 시험용 인증서 / Gongmun test certificate"
# Longer than any demo or sample is looked at; never long enough to be taken for a real one.
VALID = timedelta(days=30)
# Clocks differ a little.
_SLACK = timedelta(minutes=5)
_FILES = {
    "GONGMUN_SIGNING__KEY": "key.pem",
    "GONGMUN_SIGNING__CERTIFICATE": "certificate.pem",
}
_SIGNING_ONLY = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def environment(folder: Path) -> Mapping[str, str]:
    """The environment that makes gongmun sign with the test certificate of `folder`, made if need be.

    One that has expired is made anew: what it signed stays in the register.
    """
    paths = {setting: folder / name for setting, name in _FILES.items()}
    now = clock.now()
    if not all(path.is_file() for path in paths.values()) or _last_day(folder) <= now:
        make(folder, name=NAME, now=now)
    return {setting: str(path) for setting, path in paths.items()}


def _last_day(folder: Path) -> datetime:
    written = (folder / "certificate.pem").read_bytes()
    return x509.load_pem_x509_certificate(written).not_valid_after_utc


def make(folder: Path, *, name: str, now: datetime) -> None:
    """Write a new key, `key.pem`, and its certificate, `certificate.pem`, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_SIGNING_ONLY, critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file = folder / "key.pem"
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
