"""Tasks of the documents room."""

from collections.abc import Sequence

from gongmun import wiring
from gongmun.documents import Document, queries
from tasks.service_task import service_task


@service_task("documents")
def documents_task(document_ids: Sequence[int]) -> Sequence[Document]:
    """These documents, as an artifact names them."""
    with wiring.database().reading() as session:
        return queries.these(session, document_ids)
