"""What an archive and a screen reader need of a document, read with pikepdf from the finished file.

Our own assertions, beside those of the checkers in `checking.py`: what these do not look at, and
what `gongmun/documents/archive.py` and `structure.py` promise.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

from gongmun.settings import settings

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
_PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
_TITLE = f".//{{http://purl.org/dc/elements/1.1/}}title/{_RDF}Alt/{_RDF}li"
_HEADINGS = ("/H1", "/H2", "/H3", "/H4", "/H5", "/H6")


def problems(file: Path) -> list[str]:
    """All that is wrong with a file; empty if it is as it should be."""
    with pikepdf.open(file) as pdf:
        return [f"{check.__name__[1:]}: {problem}" for check in _CHECKS for problem in check(pdf)]


def elements(pdf: Pdf) -> Iterator[Dictionary]:
    """Every structure element, in the order in which it is read."""
    pending = [pdf.Root.StructTreeRoot]
    while pending:
        element = pending.pop()
        if element.get("/S") is not None:
            yield element
        pending += [kid for kid in _kids(element) if isinstance(kid, Dictionary)][::-1]


def _kids(element: Object) -> list[Object]:
    kids = element.get("/K", [])
    return list(kids) if isinstance(kids, Array | list) else [kids]


def _identification(pdf: Pdf) -> Iterator[str]:
    metadata = ElementTree.fromstring(pdf.Root.Metadata.read_bytes())
    # Readers take the first RDF only.
    if len(metadata.findall(f"{_RDF}RDF")) != 1:
        yield "not one RDF in the metadata"
    said = {name: value for each in metadata.iter() for name, value in each.attrib.items()}
    for name, value in {
        f"{_PDFA}part": "3",
        f"{_PDFA}conformance": "A",
        f"{_PDFUA}part": "1",
    }.items():
        if said.get(name) != value:
            yield f"{name} is {said.get(name)}, not {value}"
    titles = [title.text for title in metadata.iterfind(_TITLE)]
    if not titles or titles != [str(pdf.docinfo.get("/Title"))]:
        yield f"title {titles} in the metadata, {pdf.docinfo.get('/Title')} in the information"


def _catalog(pdf: Pdf) -> Iterator[str]:
    root = pdf.Root
    intents = [intent for intent in root.OutputIntents if intent.S == Name.GTS_PDFA1]
    if len(intents) != 1 or intents[0].DestOutputProfile.N != 3:
        yield "not one output intent with a profile of three colours"
    if str(root.get("/Lang", "")) not in ("ko", "en"):
        yield "no language"
    if root.MarkInfo.get("/Marked") is not True:
        yield "not marked as tagged"
    if root.ViewerPreferences.get("/DisplayDocTitle") is not True:
        yield "the title is not displayed"


def _pages(pdf: Pdf) -> Iterator[str]:
    for number, page in enumerate(pdf.pages):
        if page.obj.get("/Tabs") != Name.S:
            yield f"page {number + 1}: tabs do not follow the structure"
        if page.obj.get("/StructParents") != number:
            yield f"page {number + 1}: not in the parent tree"
        for kind in ("/Pattern", "/Shading"):
            if page.resources.get(kind):
                yield f"page {number + 1}: {kind}"


def _content(pdf: Pdf) -> Iterator[str]:
    """What is marked on a page hangs at one place of the tree, and the parent tree knows where."""
    held: dict[tuple[int, int], list[Dictionary]] = {}
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    for element in elements(pdf):
        for kid in _kids(element):
            if isinstance(kid, int):
                held.setdefault((pages[element.Pg.objgen], kid), []).append(element)
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    parents = dict(zip(list(numbers)[::2], list(numbers)[1::2], strict=True))
    for number, page in enumerate(pdf.pages):
        marked = [
            int(operands[1].MCID)
            for operands, _ in pikepdf.parse_content_stream(page, "BDC")
            if "/MCID" in operands[1]
        ]
        if len(marked) != len(set(marked)):
            yield f"page {number + 1}: content marked twice"
        for mark in marked:
            holders = held.pop((number, mark), [])
            if len(holders) != 1:
                yield f"page {number + 1}: content {mark} has {len(holders)} places in the tree"
            elif parents[number][mark] != holders[0]:
                yield f"page {number + 1}: content {mark} has another parent in the parent tree"
    for number, mark in held:
        yield f"page {number + 1}: content {mark} is in the tree, not on the page"


def _tree(pdf: Pdf) -> Iterator[str]:
    pending = [(pdf.Root.StructTreeRoot, kid) for kid in _kids(pdf.Root.StructTreeRoot)]
    while pending:
        parent, element = pending.pop()
        if not isinstance(element, Dictionary) or "/S" not in element:
            continue
        if element.P.objgen != parent.objgen:
            yield f"{element.S} has another parent than the one it hangs under"
        pending += [(element, kid) for kid in _kids(element)]


def _headings(pdf: Pdf) -> Iterator[str]:
    levels = [
        _HEADINGS.index(element.S) + 1 for element in elements(pdf) if str(element.S) in _HEADINGS
    ]
    for before, level in zip([0, *levels], levels, strict=False):
        if level > before + 1:
            yield f"a heading of level {level} after one of level {before}"
    with pdf.open_outline() as outline:
        bookmarks = sum(1 for item in outline.root for _ in _with_children(item))
    if bookmarks != len(levels):
        yield f"{bookmarks} bookmarks for {len(levels)} headings"


def _with_children(item: pikepdf.OutlineItem) -> Iterator[pikepdf.OutlineItem]:
    yield item
    for child in item.children:
        yield from _with_children(child)


def _figures(pdf: Pdf) -> Iterator[str]:
    for element in elements(pdf):
        if Name.Figure == element.S:
            if not str(element.get("/Alt", "")).strip():
                yield "a figure without a text for those who do not see it"
            left, foot, right, head = (float(edge) for edge in element.A.BBox)
            _, _, width, height = (float(edge) for edge in element.Pg.MediaBox)
            if not (0 <= left < right <= width and 0 <= foot < head <= height):
                yield f"a figure's box is not on its page: {left, foot, right, head}"


def _tables(pdf: Pdf) -> Iterator[str]:
    for table in (element for element in elements(pdf) if Name.Table == element.S):
        groups = Counter(str(group.S) for group in _kids(table))
        if groups != {"/THead": 1, "/TBody": 1}:
            yield f"a table of {dict(groups)}"
    ids: list[str] = []
    named: set[str] = set()
    for element in elements(pdf):
        if element.S == Name.TH:
            ids.append(str(element.get("/ID", "")))
            if element.A.get("/Scope") not in (Name.Column, Name.Row):
                yield "a header cell that does not say what it heads"
        elif element.S == Name.TD:
            named |= {str(header) for header in element.A.get("/Headers", [])}
    if len(ids) != len(set(ids)) or not named <= set(ids):
        yield f"cells name headers that are not there: {named - set(ids)}"


def _fonts(pdf: Pdf) -> Iterator[str]:
    for font in _dictionaries(pdf, Name.Font):
        if "/DescendantFonts" in font:
            descriptor = font.DescendantFonts[0].FontDescriptor
            if "/FontFile2" not in descriptor:
                yield f"{font.BaseFont} is not embedded"
            if "/ToUnicode" not in font:
                yield f"{font.BaseFont} cannot be read as text"
        elif font.Subtype not in (Name.CIDFontType2, Name.CIDFontType0):
            yield f"{font.BaseFont} is a {font.Subtype} font"


def _actions(pdf: Pdf) -> Iterator[str]:
    for name in ("/OpenAction", "/AA", "/AcroForm"):
        if name in pdf.Root:
            yield f"{name} in the catalog"
    for item in pdf.objects:
        for action in _actions_in(item):
            if action.S != Name.URI:
                yield f"an action {action.S}"
            elif not str(action.URI).startswith(f"{settings().public_url}/"):
                yield f"a link to {action.URI}"


def _actions_in(item: Object) -> Iterator[Object]:
    if isinstance(item, Dictionary):
        if "/JS" in item or "/AA" in item:
            yield Dictionary(S=Name.JavaScript)
        if "/A" in item and item.get("/Type") == Name.Annot:
            yield item.A


def _attachments(pdf: Pdf) -> Iterator[str]:
    listed = list(pdf.Root.get("/AF", []))
    named = list(pdf.Root.Names.EmbeddedFiles.Names)[1::2] if listed else []
    files = _dictionaries(pdf, Name.Filespec)
    if {file.objgen for file in files} != {file.objgen for file in listed}:
        yield "a file that is not listed in /AF"
    if sorted(file.objgen for file in listed) != sorted(file.objgen for file in named):
        yield "files are not listed once in /AF and once by name"
    for file in files:
        said = file.EF.F.Params
        if file.AFRelationship != Name.Source:
            yield f"{file.UF} is not a source of the document"
        if not str(file.get("/Desc", "")):
            yield f"{file.UF} has no description"
        if not {"/CreationDate", "/ModDate"} <= set(said.keys()):
            yield f"{file.UF} has no dates"
        if said.Size != len(file.EF.F.read_bytes()):
            yield f"{file.UF} has another size than it says"


def _dictionaries(pdf: Pdf, type_: Name) -> list[Object]:
    return [
        item for item in pdf.objects if isinstance(item, Dictionary) and item.get("/Type") == type_
    ]


_CHECKS: tuple[Callable[[Pdf], Iterator[str]], ...] = (
    _identification,
    _catalog,
    _pages,
    _content,
    _tree,
    _headings,
    _figures,
    _tables,
    _fonts,
    _actions,
    _attachments,
)
