"""A Renderer without WeasyPrint, for tests of the rooms that issue documents."""

import hashlib
from collections.abc import Callable

from gongmun.documents.printing import NotPrinted, Page, RenderedPdf

_OBJECTS = (
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
)


def _empty_page(title: str) -> bytes:
    """A PDF of one empty A4 page."""
    content, places = "%PDF-1.4\n", []
    objects = (*_OBJECTS, f"<< /Title ({title}) >>")
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj {body} endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        f"{content}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer << /Root 1 0 R /Info 4 0 R /Size {size} >>\nstartxref\n{len(content)}\n%%EOF\n"
    ).encode("ascii")


class FakeRenderer:
    """Makes an empty page whose title is the hash of what was to be printed, at once.

    `problem` may name what goes wrong with a page's HTML; `pages` holds what was asked for.
    """

    workers = 1

    def __init__(self, problem: Callable[[str], NotPrinted | None] = lambda _html: None) -> None:
        self._problem = problem
        self.pages: list[Page] = []

    @property
    def rendered(self) -> list[str]:
        """The HTML of each page that was asked for."""
        return [page.html for page in self.pages]

    def render(self, page: Page) -> RenderedPdf:
        """See Renderer."""
        self.pages.append(page)
        problem = self._problem(page.html)
        if problem is not None:
            raise problem
        digest = hashlib.sha256(page.html.encode())
        for file in page.enclosed:
            digest.update(hashlib.sha256(file.content).digest())
        return RenderedPdf(content=_empty_page(digest.hexdigest()), pages=1)
