"""Names of what happens to documents, in both languages; for the command line and for the portal."""

from collections.abc import Mapping

from gongmun.documents.life import Status
from gongmun.text import Bilingual

STATUSES: Mapping[Status, Bilingual] = {
    Status.DRAFTED: Bilingual(ko="기안", en="drafted"),
    Status.APPROVED: Bilingual(ko="승인", en="approved"),
    Status.NUMBERED: Bilingual(ko="등록", en="numbered"),
    Status.RENDERED: Bilingual(ko="시행", en="issued"),
    Status.SIGNED: Bilingual(ko="시행(전자서명)", en="issued and signed"),
    Status.DISPATCHED: Bilingual(ko="발송", en="dispatched"),
    Status.SUPERSEDED: Bilingual(ko="정정됨", en="superseded"),
    Status.DISCARDED: Bilingual(ko="폐기", en="discarded"),
}
