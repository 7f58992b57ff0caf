"""Tasks of the documents room."""

from collections.abc import Sequence
from datetime import datetime

from gongmun import wiring
from gongmun.documents import Document, IssueReport, issue, queries
from tasks.service_task import service_task


def issued(documents: Sequence[int], now: datetime) -> IssueReport:
    """Number, print, sign and store these within a task; nothing is opened where there are none."""
    if not documents:
        return IssueReport(issued=(), failed=())
    with wiring.renderer() as renderer:
        return issue(
            wiring.database(),
            documents,
            renderer=renderer,
            store=wiring.file_store(),
            now=now,
            key=wiring.signer,
        )


@service_task("documents")
def documents_task(document_ids: Sequence[int]) -> Sequence[Document]:
    """These documents, as an artifact names them."""
    with wiring.database().reading() as session:
        return queries.these(session, document_ids)
