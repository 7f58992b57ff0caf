"""The tags of WeasyPrint's PDF, put right before it is written.

What a screen reader is told: headings, paragraphs, tables, figures. WeasyPrint 70 tags well, page
by page; here its tags become those of one document. Structure elements are dictionaries of pydyf:
`S` is the tag, `K` the kids (references, or numbers of marked content on the page `Pg`), `P` the
parent. Boxes are what WeasyPrint laid out.
"""

from collections.abc import Iterator
from typing import Any

import pydyf

from gongmun.documents.archive import at

# A CSS pixel, in points.
_PIXEL = 0.75


def mend(document: Any, pdf: pydyf.PDF) -> None:
    """Mend the tags of a `weasyprint.Document` that became `pdf`."""
    root = at(pdf, pdf.catalog["StructTreeRoot"])
    top = at(pdf, root["K"][0])
    pages = _laid_out(document, pdf, top)
    if _is_multilingual(document):
        _name_languages(pdf, pages)
    _join_pages(pdf, top, pages)
    elements = list(_below(pdf, root))
    for element in elements:
        if element["S"] == "/TH":
            _scope(pdf, element)
        elif element["S"] == "/Figure":
            _place(pdf, element)
    _unlink_artifacts(pdf, root, {element.number for element in elements})


def _is_element(item: Any) -> bool:
    return isinstance(item, pydyf.Dictionary) and item.get("Type") == "/StructElem"


def _kids(pdf: pydyf.PDF, element: Any) -> list[Any]:
    """The structure elements right under this one."""
    kids = (at(pdf, kid) for kid in element.get("K", ()) if isinstance(kid, bytes))
    return [kid for kid in kids if _is_element(kid)]


def _below(pdf: pydyf.PDF, element: Any) -> Iterator[Any]:
    """Every structure element under this one, in the order in which it is read."""
    for kid in _kids(pdf, element):
        yield kid
        yield from _below(pdf, kid)


def _laid_out(document: Any, pdf: pydyf.PDF, top: Any) -> list[list[tuple[Any, Any]]]:
    """For each page, the boxes in its body beside the elements made of them."""
    made: dict[bytes, list[Any]] = {page: [] for page in pdf.page_references}
    for element in _kids(pdf, top):
        made[element["Pg"]].append(element)
    pages = []
    for page, elements in zip(document.pages, made.values(), strict=True):
        boxes = [box for body in _html(page).children for box in body.children]
        pages.append(_paired(boxes, elements))
    return pages


def _html(page: Any) -> Any:
    """The box of everything on a page but its margins."""
    return next(box for box in page._page_box.children if box.element_tag == "html")


def _paired(boxes: list[Any], elements: list[Any]) -> list[tuple[Any, Any]]:
    """One to one, as they were made; nothing where that does not come out even."""
    if len(boxes) != len(elements):
        return []
    return list(zip(boxes, elements, strict=True))


def _boxes(box: Any) -> list[Any]:
    """The boxes under this one of which an element was made each: not lines, not table wrappers."""
    table = box.get_wrapped_table() if box.is_table_wrapper else None
    return [
        inner
        for child in box.children
        for inner in (
            child.children if child is table or hasattr(child, "text_overflow") else [child]
        )
    ]


def _is_multilingual(document: Any) -> bool:
    html = _html(document.pages[0]).element
    return any("lang" in element.attrib for element in html.iter() if element is not html)


def _name_languages(pdf: pydyf.PDF, pages: list[list[tuple[Any, Any]]]) -> None:
    """Say of each element in another language than what is around it which one it is in."""
    pending = [(pdf.catalog["Lang"].string, *pair) for page in pages for pair in page]
    while pending:
        around, box, element = pending.pop()
        language = box.style["lang"] or around
        if language != around:
            element["Lang"] = pydyf.String(language)
        pending.extend((language, *pair) for pair in _paired(_boxes(box), _kids(pdf, element)))


def _join_pages(pdf: pydyf.PDF, top: Any, pages: list[list[tuple[Any, Any]]]) -> None:
    """Make one element of what a page break cut in two, be it section, paragraph or table."""
    last = None
    for page in pages:
        if not page:
            last = None
            continue
        first, final = page[0], page[-1]
        joined = last is not None and _join(pdf, *last, *first)
        # What goes on through a whole page is still the element in which it began.
        last = (final[0], last[1]) if last is not None and joined and len(page) == 1 else final


def _join(pdf: pydyf.PDF, box: Any, element: Any, next_box: Any, next_element: Any) -> bool:
    """Whether both were made of one HTML element; all under the second is under the first then."""
    is_same = box.element is next_box.element and element["S"] == next_element["S"]
    # What marked content holds stays with its page.
    if not is_same or not all(isinstance(kid, bytes) for kid in next_element["K"]):
        return False
    if element["S"] == "/Table":
        _join_tables(pdf, element, next_element)
    else:
        boxes, next_boxes = _boxes(box), _boxes(next_box)
        kids, next_kids = _kids(pdf, element), _kids(pdf, next_element)
        if boxes and next_boxes and kids and next_kids:
            _join(pdf, boxes[-1], kids[-1], next_boxes[0], next_kids[0])
    _move(pdf, next_element, element)
    at(pdf, next_element["P"])["K"].remove(next_element.reference)
    return True


def _join_tables(pdf: pydyf.PDF, table: Any, rest: Any) -> None:
    """Put the rows of `rest` under those of `table`; its repeated head leaves the tree."""
    for group in _kids(pdf, rest):
        if group["S"] == "/THead":
            # Cells name their headers by IDs, and share these strings with them.
            for header in _below(pdf, group):
                if "ID" in header:
                    _, _, place = header["ID"].string.partition("-")
                    header["ID"].string = f"{table.number}-{place}"
            rest["K"].remove(group.reference)
        elif (body := _kids(pdf, table)[-1])["S"] == group["S"]:
            _move(pdf, group, body)
            rest["K"].remove(group.reference)


def _move(pdf: pydyf.PDF, source: Any, target: Any) -> None:
    """Hang what is under `source` behind what is under `target`."""
    for kid in _kids(pdf, source):
        kid["P"] = target.reference
    target["K"].extend(source["K"])
    source["K"] = pydyf.Array()


def _scope(pdf: pydyf.PDF, header: Any) -> None:
    """Say whether a header cell heads its column or its row."""
    group = at(pdf, at(pdf, header["P"])["P"])
    header["A"]["Scope"] = "/Column" if group["S"] == "/THead" else "/Row"


def _place(pdf: pydyf.PDF, figure: Any) -> None:
    """Give a figure's box in points from the foot of its page, not in pixels from the top."""
    left, top, right, bottom = (edge * _PIXEL for edge in figure["A"]["BBox"])
    height = at(pdf, figure["Pg"])["MediaBox"][3]
    figure["A"]["BBox"] = pydyf.Array((left, height - bottom, right, height - top))


def _unlink_artifacts(pdf: pydyf.PDF, root: Any, read: set[int]) -> None:
    """Mark as artifacts what is tagged but not read: page numbers, running and repeated heads.

    WeasyPrint leaves their elements out of the tree, but their content marked as text.
    """
    parents = at(pdf, root["ParentTree"])["Nums"]
    pages = {reference: page for page, reference in enumerate(pdf.page_references)}
    streams = {page: at(pdf, at(pdf, page)["Contents"]).stream for page in pages}
    marks = {page: _marks(stream) for page, stream in streams.items()}
    for element in pdf.objects:
        if not _is_element(element) or element.number in read:
            continue
        page = element["Pg"]
        for content in element["K"]:
            if isinstance(content, int):
                place = marks[page][content]
                streams[page][place - 1] = "/Artifact"
                streams[page][place] = pydyf.Dictionary({"Type": "/Pagination"})
                parents[2 * pages[page] + 1][content] = "null"
        element.clear()


def _marks(stream: list[Any]) -> dict[int, int]:
    """Where in a page's content each number of marked content stands."""
    return {
        item["MCID"]: place
        for place, item in enumerate(stream)
        if isinstance(item, pydyf.Dictionary) and "MCID" in item
    }
