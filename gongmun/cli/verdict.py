"""A verdict on a file, as a person or a program reads it."""

import json
from collections.abc import Iterator
from typing import Any

from gongmun.cli.output import done, table
from gongmun.clock import SEOUL
from gongmun.documents.check_codes import check_url
from gongmun.documents.inspecting import Signature
from gongmun.documents.names import STATUSES
from gongmun.documents.verdicts import FINDINGS, Known, Verdict, changes_since, trust_in
from gongmun.text import Bilingual


def show(verdict: Verdict) -> None:
    """Print what came out, then what the signature and the register say."""
    done(FINDINGS[verdict.finding])
    if verdict.document and verdict.document.superseded_by:
        newer = verdict.document.superseded_by
        done(
            Bilingual(
                ko=f"이 문서는 정정되었습니다. {newer} 문서를 함께 확인해 주십시오.",
                en=f"This document has been corrected: see {newer} as well.",
            )
        )
    table(
        Bilingual(ko="확인 결과", en="What was found"),
        (Bilingual(ko="항목", en="item"), Bilingual(ko="값", en="value")),
        [("SHA-256", verdict.sha256), *_signatures(verdict), *_register(verdict.document)],
    )


def _signatures(verdict: Verdict) -> Iterator[tuple[object, object]]:
    if not verdict.signatures:
        yield _SIGNATURE, Bilingual(ko="없음", en="none")
    for signature in verdict.signatures:
        yield _SIGNATURE, signature.subject
        yield Bilingual(ko="발급자", en="issuer"), signature.issuer
        yield Bilingual(ko="일련번호", en="serial"), signature.serial
        yield Bilingual(ko="신뢰", en="trust"), trust_in(signature)
        yield Bilingual(ko="서명 시각(서명자 주장)", en="time it claims"), signature.signed_at
        yield Bilingual(ko="변경", en="changes"), changes_since(signature)


_SIGNATURE = Bilingual(ko="전자서명", en="signature")


def _register(document: Known | None) -> Iterator[tuple[object, object]]:
    if document is None:
        yield Bilingual(ko="문서등록대장", en="register"), Bilingual(ko="없음", en="not known")
        return
    yield Bilingual(ko="문서번호", en="number"), document.number
    yield Bilingual(ko="시행일", en="issued on"), document.issued_on
    yield Bilingual(ko="제목", en="title"), document.title
    yield Bilingual(ko="상태", en="status"), STATUSES[document.status]
    if not document.is_signed:
        yield (
            Bilingual(ko="등록된 서명", en="signature in the register"),
            Bilingual(ko="서명 없이 시행됨", en="issued without a signature"),
        )
    if document.superseded_by:
        yield Bilingual(ko="정정 문서", en="superseded by"), document.superseded_by


def to_json(verdict: Verdict) -> str:
    """The verdict as a program reads it."""
    document = verdict.document
    data: dict[str, Any] = {
        "genuine": verdict.is_genuine,
        "finding": verdict.finding.value,
        "sha256": verdict.sha256,
        "signatures": [_signature(signature) for signature in verdict.signatures],
        "document": _document(document) if document else None,
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def _signature(signature: Signature) -> dict[str, Any]:
    return {
        "subject": signature.subject,
        "issuer": signature.issuer,
        "serial": signature.serial,
        "self_issued": signature.is_self_issued,
        "trusted": signature.is_trusted,
        "claimed_time": signature.signed_at.astimezone(SEOUL).isoformat()
        if signature.signed_at
        else None,
        "intact": signature.is_intact,
        "covers_file": signature.covers_file,
    }


def _document(document: Known) -> dict[str, Any]:
    return {
        "number": document.number,
        "issued_on": document.issued_on.isoformat(),
        "title": {"ko": document.title.ko, "en": document.title.en},
        "status": document.status.value,
        "signed": document.is_signed,
        "superseded_by": document.superseded_by,
        "url": check_url(document.check_code) if document.check_code else None,
    }
