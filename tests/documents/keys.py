"""Signing keys for tests, as an operator has them: files, and the settings that name them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from deployments.demo import certificate
from gongmun.documents import pades
from gongmun.documents.pades import PadesSigner
from gongmun.settings import SigningSettings

NAME = "국민참여처 시험용 인증서"


def settings(
    folder: Path, *, now: datetime | None = None, password: str | None = None
) -> SigningSettings:
    """A key that vouches for itself, valid from five minutes before `now` for thirty days."""
    certificate.make(folder, name=NAME, now=now or datetime.now(UTC))
    return SigningSettings(
        key=folder / "key.pem",
        certificate=folder / "certificate.pem",
        password=SecretStr(password) if password else None,
    )


def signer(folder: Path, *, now: datetime | None = None) -> PadesSigner:
    """A signer with such a key."""
    made = pades.from_settings(settings(folder, now=now))
    assert made is not None
    return made


LONG_AGO = datetime.now(UTC) - timedelta(days=400)
