"""Tasks of the documents room."""

from collections.abc import Sequence

from gongmun import wiring
from gongmun.documents import Document, queries
from tasks.service_task import service_task


@service_task("replaced characters")
def replaced_task(document_ids: Sequence[int]) -> Sequence[Document]:
    """Those of these documents in whose print characters were replaced."""
    with wiring.database().reading() as session:
        return queries.with_replaced(session, document_ids)
