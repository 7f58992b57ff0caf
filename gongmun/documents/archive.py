"""What WeasyPrint's PDF/A-3a lacks of an archival and accessible file, added before it is written.

Identification as PDF/UA-1 beside PDF/A-3a, and enclosed files as sources of the document. Works on
the objects of pydyf; `structure.py` does the same for the tags. Checked by
`tests/documents/checking.py`; not veraPDF-verified.
"""

from datetime import UTC
from typing import Any

import pydyf

from gongmun.documents.printing import Enclosed

# PDF/UA-1 (ISO 14289-1, 5) asks for its part; PDF/A-3 (ISO 19005-3, 6.6.2.3) wants every property
# that it does not know itself described in an extension schema.
_PDFUA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" \
pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
_END = b"</rdf:RDF>"


def identify(pdf: pydyf.PDF) -> None:
    """Say in the metadata that the file is PDF/UA-1 as well.

    WeasyPrint would put more metadata into an RDF of its own, and readers take the first only.
    """
    metadata = at(pdf, pdf.catalog["Metadata"])
    (content,) = metadata.stream
    head, end, tail = content.partition(_END)
    metadata.stream = [head + _PDFUA + end + tail]


def enclose(pdf: pydyf.PDF, files: tuple[Enclosed, ...]) -> None:
    """Put files into the PDF, each listed once in /AF and once among the names."""
    if not files:
        return
    specifications = {file.filename: _embed(pdf, file) for file in files}
    names = pydyf.Array()
    for filename in sorted(specifications):
        names.extend([pydyf.String(filename), specifications[filename]])
    tree = pydyf.Dictionary({"Names": names})
    pdf.add_object(tree)
    pdf.catalog.setdefault("Names", pydyf.Dictionary())["EmbeddedFiles"] = tree.reference
    pdf.catalog["AF"] = pydyf.Array(specifications.values())


def _embed(pdf: pydyf.PDF, file: Enclosed) -> bytes:
    """Add a file; the reference of its specification."""
    moment = pydyf.String(file.at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ"))
    stream = pydyf.Stream(
        [file.content],
        pydyf.Dictionary(
            {
                "Type": "/EmbeddedFile",
                "Subtype": pydyf.name(file.media_type),
                "Params": pydyf.Dictionary(
                    {"Size": len(file.content), "CreationDate": moment, "ModDate": moment}
                ),
            }
        ),
        compress=True,
    )
    pdf.add_object(stream)
    specification = pydyf.Dictionary(
        {
            "Type": "/Filespec",
            "F": pydyf.String(file.filename),
            "UF": pydyf.String(file.filename),
            "EF": pydyf.Dictionary({"F": stream.reference, "UF": stream.reference}),
            "Desc": pydyf.String(file.description),
            "AFRelationship": "/Source",
        }
    )
    pdf.add_object(specification)
    return bytes(specification.reference)


def at(pdf: pydyf.PDF, reference: bytes) -> Any:
    """The object that a reference such as `b"12 0 R"` means."""
    return pdf.objects[int(reference.split()[0])]
