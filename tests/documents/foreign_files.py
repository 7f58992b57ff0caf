"""PDF files that are not ours, made by hand: with any keywords, and one that takes hours to read."""

from collections.abc import Sequence


def claiming(keywords: str) -> bytes:
    """A page of somebody else whose metadata have these keywords."""
    text = ("\ufeff" + keywords).encode("utf-16-be", "surrogatepass").hex()
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
            b"<< /Keywords <%s> >>" % text.encode(),
        ],
        info=b"/Info 4 0 R",
    )


def endless() -> bytes:
    """5 KB whose form says to have 18 million fields: each is named again and again."""
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [" + b"3 0 R " * 200 + b"] >> >>",
            b"<< /Type /Pages /Kids [] /Count 0 >>",
            b"<< /FT /Tx /T (a) /Kids [" + b"4 0 R " * 300 + b"] >>",
            b"<< /T (b) /Parent 3 0 R /Kids [" + b"5 0 R " * 300 + b"] >>",
            b"<< /T (c) /Parent 4 0 R /FT /Tx >>",
        ]
    )


def _pdf(objects: Sequence[bytes], info: bytes = b"") -> bytes:
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj %s endobj\n" % (number, each)
    size = len(objects) + 1
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Root 1 0 R %s /Size %d >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, info, size, len(content))
    )
