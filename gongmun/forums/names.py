"""The words of this room in both languages."""

from collections.abc import Mapping

from gongmun.forums.models import ForumKind
from gongmun.text import Bilingual

KINDS: Mapping[ForumKind, Bilingual] = {
    ForumKind.OPEN_FORUM: Bilingual(ko="열린소통포럼", en="Open Communication Forum"),
    ForumKind.POLICY_CONFERENCE: Bilingual(ko="정책회의", en="policy conference"),
    ForumKind.REGIONAL_CONFERENCE: Bilingual(ko="지역회의", en="regional conference"),
    ForumKind.CITIZEN_FORUM: Bilingual(ko="국민포럼", en="citizen forum"),
    ForumKind.SEMINAR: Bilingual(ko="세미나", en="seminar"),
    ForumKind.TOWN_HALL: Bilingual(ko="타운홀 미팅", en="town hall"),
    ForumKind.ROUNDTABLE: Bilingual(ko="원탁회의", en="roundtable"),
    ForumKind.LECTURE: Bilingual(ko="강연회", en="lecture"),
}
