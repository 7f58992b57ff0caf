"""The signer: what it appends, that the archive stays one, and every key that cannot be used."""

import io
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pydantic import SecretStr, ValidationError

from gongmun.documents import FakeRenderer, pades
from gongmun.documents.inspecting import inspect
from gongmun.documents.printing import Page
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
from tests.documents import keys

AT = datetime.now(UTC).replace(microsecond=0)
PDF = FakeRenderer().render(Page(html="<p>")).content
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


def pkcs12_file(made: SigningSettings, path: Path, password: str) -> Path:
    """The same key and certificate in one PKCS#12 file."""
    assert made.key is not None
    assert made.certificate is not None
    key = serialization.load_pem_private_key(made.key.read_bytes(), None)
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"gongmun",
            key,  # type: ignore[arg-type]
            certificate,
            None,
            serialization.BestAvailableEncryption(password.encode()),
        )
    )
    return path


def encrypted_key(made: SigningSettings, password: str) -> Path:
    """The same key under a password."""
    assert made.key is not None
    key = serialization.load_pem_private_key(made.key.read_bytes(), None)
    path = made.key.with_name("encrypted.pem")
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password.encode()),
        )
    )
    return path


def test_the_file_stays_inside_and_the_signature_covers_all(tmp_path: Path) -> None:
    signed = keys.signer(tmp_path).sign(PDF, at=AT)
    assert signed.startswith(PDF)
    (signature,) = inspect(signed, is_ours=True).signatures
    assert signature.subject == signature.issuer == keys.NAME
    assert signature.signed_at == AT
    assert signature.is_intact
    assert signature.covers_file
    assert signature.is_self_issued
    assert not signature.is_trusted


def test_an_authority_of_the_settings_is_trusted(tmp_path: Path) -> None:
    made = keys.settings(tmp_path)
    signer = pades.from_settings(made)
    assert signer is not None
    (signature,) = inspect(signer.sign(PDF, at=AT), trust=made.certificate).signatures
    assert signature.is_trusted


def test_a_file_of_authorities_without_certificates_is_told(tmp_path: Path) -> None:
    (tmp_path / "trust.pem").write_text("nothing", "utf-8")
    for is_ours in (True, False):
        with pytest.raises(SigningFileUnreadable, match="GONGMUN_SIGNING__TRUST"):
            inspect(PDF, trust=tmp_path / "trust.pem", is_ours=is_ours)


def test_the_field_is_invisible_and_the_archive_stays_what_it_was(tmp_path: Path) -> None:
    signed = keys.signer(tmp_path).sign(PDF, at=AT)
    with pikepdf.open(io.BytesIO(PDF)) as before, pikepdf.open(io.BytesIO(signed)) as after:
        (field,) = after.Root.AcroForm.Fields
        assert field.F == 132  # printed (as PDF/A asks) and locked, not hidden
        assert [float(edge) for edge in field.Rect] == [-9999.0] * 4  # outside of every page
        assert "전자서명" in str(field.TU)
        assert "/AP" not in field
        assert field.V.SubFilter == "/ETSI.CAdES.detached"
        assert after.Root.Perms.DocMDP.Reference[0].TransformParams.P == 1  # no changes allowed
        assert after.Root.Version == "/1.7"  # not 2.0, which PDF/A-3 does not know
        assert after.docinfo.get("/Title") == before.docinfo.get("/Title")
        assert set(after.docinfo.keys()) == set(before.docinfo.keys())


def test_several_threads_sign_with_one_key(tmp_path: Path) -> None:
    signer = keys.signer(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        signed = list(threads.map(lambda _: signer.sign(PDF, at=AT), range(8)))
    assert all(each.startswith(PDF) and len(each) > len(PDF) for each in signed)


def test_what_is_no_pdf_is_not_signed(tmp_path: Path) -> None:
    with pytest.raises(NotSigned):
        keys.signer(tmp_path).sign(b"no PDF", at=AT)


def test_no_key_no_signer() -> None:
    assert pades.from_settings(SigningSettings()) is None


@pytest.mark.parametrize("days", [-40, 40])
def test_a_certificate_is_in_force_or_it_is_told(tmp_path: Path, days: int) -> None:
    signer = keys.signer(tmp_path, now=AT)
    signer.require_in_force(AT)
    with pytest.raises(CertificateNotInForce, match=keys.NAME):
        signer.require_in_force(AT + timedelta(days=days))


def test_pkcs12_and_a_key_under_a_password(tmp_path: Path) -> None:
    made = keys.settings(tmp_path)
    bundle = pkcs12_file(made, tmp_path / "key.p12", "비밀")
    for settings in (
        SigningSettings(key=bundle, password=SecretStr("비밀")),
        made.model_copy(update={"key": encrypted_key(made, "비밀"), "password": SecretStr("비밀")}),
    ):
        signer = pades.from_settings(settings)
        assert signer is not None
        assert signer.sign(PDF, at=AT).startswith(PDF)


@pytest.mark.parametrize("password", [None, SecretStr("other")])
def test_the_wrong_password_is_told(tmp_path: Path, password: SecretStr | None) -> None:
    made = keys.settings(tmp_path)
    for key in (
        pkcs12_file(made, tmp_path / "key.p12", "right"),
        encrypted_key(made, "right"),
    ):
        wrong = made.model_copy(update={"key": key, "password": password})
        with pytest.raises(SigningPasswordWrong, match=key.name):
            pades.from_settings(wrong)


def test_files_that_are_missing_or_something_else_are_told(tmp_path: Path) -> None:
    made = keys.settings(tmp_path)
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"\x00\x01 garbage")
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "utf-8")
    for wrong in (
        {"key": tmp_path / "missing.pem"},
        {"key": tmp_path},
        {"key": garbage},
        {"key": broken},
        {"key": made.certificate},
        {"certificate": tmp_path / "missing.pem"},
        {"certificate": garbage},
        {"certificate": made.key},
    ):
        with pytest.raises(SigningFileUnreadable):
            pades.from_settings(made.model_copy(update=wrong))


def test_a_key_without_its_certificate_is_told(tmp_path: Path) -> None:
    made = keys.settings(tmp_path / "a")
    other = keys.settings(tmp_path / "b")
    with pytest.raises(CertificateMissing):
        pades.from_settings(made.model_copy(update={"certificate": None}))
    with pytest.raises(CertificateDoesNotFit, match=keys.NAME):
        pades.from_settings(made.model_copy(update={"certificate": other.certificate}))


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    for wrong in ({"key": tmp_path, "module": tmp_path}, {"module": tmp_path, "token": "x"}):
        with pytest.raises(ValidationError, match="GONGMUN_SIGNING"):
            SigningSettings.model_validate(wrong)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SigningSettings:
    """A key and its certificate on a token of SoftHSM."""
    if not SOFTHSM.exists() or shutil.which("softhsm2-util") is None:
        pytest.skip("Debian's softhsm2 is not installed")
    pytest.importorskip("pkcs11", reason="the package python-pkcs11 is not installed")
    (tmp_path / "tokens").mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n", "utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    made = keys.settings(tmp_path / "key")
    for arguments in (
        ("--init-token", "--free", "--label", "gongmun", "--so-pin", "0000", "--pin", "1234"),
        ("--import", str(made.key), "--token", "gongmun", "--label", "seal", "--id", "01"),
    ):
        subprocess.run(
            ["softhsm2-util", *arguments, "--pin", "1234"], check=True, capture_output=True
        )
    return SigningSettings(
        module=SOFTHSM,
        token="gongmun",
        key_label="seal",
        pin=SecretStr("1234"),
        certificate=made.certificate,
    )


def test_a_key_on_a_token_signs_and_every_fault_of_the_token_is_told(
    token: SigningSettings, tmp_path: Path
) -> None:
    for wrong in (
        {"pin": SecretStr("4321")},
        {"token": "other"},
        {"key_label": "other"},
        {"module": tmp_path / "missing.so"},
        {"certificate": None},  # there is none on the token
    ):
        with pytest.raises(TokenUnusable):
            pades.from_settings(token.model_copy(update=wrong))
    # A PIN that was refused is not tried again: a real token would lock itself.
    remembered = tmp_path / "var" / "refused"
    wrong_pin = token.model_copy(update={"pin": SecretStr("4321")})
    for settings in (wrong_pin, token):
        with pytest.raises(PinRefused, match=str(remembered)):
            pades.from_settings(settings, refused_pin=remembered)
    assert remembered.exists()

    other = keys.settings(tmp_path / "other")
    with pytest.raises(CertificateDoesNotFit):
        pades.from_settings(token.model_copy(update={"certificate": other.certificate}))

    signer = pades.from_settings(token)
    assert signer is not None
    (signature,) = inspect(signer.sign(PDF, at=AT), is_ours=True).signatures
    assert signature.is_intact
    assert signature.covers_file
