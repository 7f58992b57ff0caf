"""The inspector: reads one PDF file and says what is in it, as plain data.

    python -P gongmun/documents/inspector.py MEMORY_BYTES SECONDS [TRUST] < FILE

It answers with what `inspecting.Inspection` is made of, as JSON. Run as a program it must start quickly,
so it imports nothing of ours. Nothing is fetched: whether a certificate was revoked is not asked.
"""

import io
import json
import logging
import resource
import sys
from collections.abc import Sequence
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

# The exit code where the file of authorities holds none.
TRUST_UNREADABLE = 3
# More are not looked at: no document of ours has more than one.
_SIGNATURES = 8
_TEXT = 300

# Its warnings quote certificates; what they say is in our answer.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)


def authorities(trust: str | None) -> Sequence[asn1_x509.Certificate]:
    """The certificates of a PEM file.

    Raises:
        OSError, ValueError: there are none.
    """
    return list(load_certs_from_pemder([trust])) if trust else []  # type: ignore[no-untyped-call]


def inspect(content: bytes, trusted: Sequence[asn1_x509.Certificate]) -> dict[str, Any]:
    """What the file says of itself; `trusted` are the certificates of authorities."""
    # Whatever a malformed file leads to.
    try:
        reader = PdfFileReader(io.BytesIO(content))
        if reader.encrypted:
            return {"refusal": "encrypted"}
        embedded = list(reader.embedded_signatures)[:_SIGNATURES]
        return {
            "signatures": [_signature(each, trusted) for each in embedded],
            "keywords": _keywords(reader),
        }
    except Exception:  # noqa: BLE001
        return {"refusal": "damaged"}


def _signature(
    embedded: EmbeddedPdfSignature, trusted: Sequence[asn1_x509.Certificate]
) -> dict[str, Any]:
    certificate = x509.load_der_x509_certificate(embedded.signer_cert.dump())
    at = embedded.self_reported_timestamp
    status = validate_pdf_signature(
        embedded,
        ValidationContext(
            trust_roots=trusted,
            # Whether the certificate was in force when it signed, not whether it still is.
            moment=at,
            allow_fetching=False,
        ),
        # Nothing at all may be appended: whether it is harmless is not asked.
        skip_diff=True,
    )
    return {
        "subject": named(certificate.subject)[:_TEXT],
        "issuer": named(certificate.issuer)[:_TEXT],
        "serial": f"{certificate.serial_number:x}",
        "is_self_issued": certificate.subject == certificate.issuer,
        "is_trusted": bool(status.trusted),
        "signed_at": at.isoformat() if at else None,
        "is_intact": status.intact and status.valid,
        "covers_file": status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
    }


def _keywords(reader: PdfFileReader) -> str:
    try:
        return str(reader.trailer_view["/Info"]["/Keywords"])[:_TEXT]
    except KeyError:
        return ""


def named(name: x509.Name) -> str:
    """A subject or issuer as people read it: the common name where there is one."""
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def main(memory: int, seconds: int, trust: str | None = None) -> None:
    """Read standard input, answer on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        trusted = authorities(trust)
    except (OSError, ValueError):
        sys.exit(TRUST_UNREADABLE)
    json.dump(inspect(sys.stdin.buffer.read(), trusted), sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
