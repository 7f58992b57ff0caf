"""A real issued document for tests of checking: printed, signed, in the register of a database."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gongmun.db import Base, Database
from gongmun.documents import (
    Document,
    LocalStore,
    RenderPool,
    approve,
    draft,
    issue,
    queries,
)
from gongmun.documents.pades import PadesSigner
from tests.documents import keys, samples


@dataclass(frozen=True, kw_only=True)
class Issued:
    """An installation with two documents: one whose class is 공개, and one that is not."""

    db: Database
    store: LocalStore
    signer: PadesSigner
    open: Document
    closed: Document

    def original(self, document: Document) -> bytes:
        """Its file as it was before it was signed."""
        assert document.sha256 is not None
        return self.store.get(document.sha256)

    def file(self, document: Document) -> bytes:
        """Its file as it was sent."""
        assert document.file_sha256 is not None
        return self.store.get(document.file_sha256)


def issued(folder: Path, now: datetime, db: Database | None = None) -> Issued:
    """Issue both, with the real printer and a key of their own; on SQLite where no `db` is given."""
    db = db or Database(f"sqlite:///{folder / 'gongmun.db'}")
    Base.metadata.create_all(db.engine)
    store, signer = LocalStore(folder / "documents"), keys.signer(folder / "key")
    letters = (samples.letter(), samples.letter(disclosure="비공개(6)"))
    with db.transaction() as session:
        documents = [
            draft(
                session,
                kind=samples.outcome().kind,
                key=letter.disclosure,
                recipient_code="MOLIT",
                context=samples.outcome(letter=letter),
                now=now,
            )
            for letter in letters
        ]
        for document in documents:
            approve(session, document, None, now)
    ids = [document.id for document in documents]
    with RenderPool(workers=1, timeout=60) as pool:
        assert issue(db, ids, renderer=pool, store=store, now=now, key=lambda: signer).failed == ()
    with db.reading() as session:
        both = [queries.by_id(session, document_id) for document_id in ids]
    return Issued(db=db, store=store, signer=signer, open=both[0], closed=both[1])
