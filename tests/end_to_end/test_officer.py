"""An officer's whole way in a real browser: from the mail to the receipt, on a desk and on a phone.

The portal is the real one under uvicorn; the browser is Debian's Chromium. Once by keyboard alone, once
without JavaScript, and every page is judged by axe-core.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string, policy
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from gongmun.answers.models import CommitmentStatus
from gongmun.followups.commitments import settle
from gongmun.portal import create
from gongmun.referrals.life import Status
from gongmun.referrals.models import ResponseDecision
from tests.conftest import NOW
from tests.end_to_end.browsing import DESK, PHONE, WIDTHS, WITH_CHROMIUM, context_of, fits, judged
from tests.followups.conftest import PUBLISHED, Followed
from tests.portal.officers import copied, prepare
from tests.portal.served import served
from tests.world import World, at

PUBLIC = "https://check.participation.example"
PLAN = {"name": "설치 계획.txt", "mimeType": "text/plain", "buffer": "연차별 계획".encode()}
REASON = "어르신들이 오가는 길에 그늘막을 설치하겠습니다."

pytestmark = [pytest.mark.long, WITH_CHROMIUM]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Four suggestions to one ministry, and the link in its mail."""
    folder = tmp_path_factory.mktemp("prepared")
    (mail, *_) = prepare(folder, NOW, *["elderly_care"] * 4)
    link = re.search(rf"{PUBLIC}(/a/\S+)", _text(mail))
    assert link is not None
    return folder, link[1]


@pytest.fixture
def world(prepared: tuple[Path, str], tmp_path: Path) -> Iterator[World]:
    with copied(prepared[0], tmp_path / "world", NOW) as world:
        yield world


@pytest.fixture
def base(world: World) -> Iterator[str]:
    """The address of the portal."""
    with served(create(world.db, store=world.store, now=lambda: world.now)) as client:
        yield str(client.base_url).rstrip("/")


def _text(mail: str) -> str:
    content: str = message_from_string(mail, policy=policy.default).get_content()  # type: ignore[attr-defined]
    return content


def _code(world: World) -> str:
    """The code of the last mail; the mail leaves first."""
    world.dispatch()
    _, mail = world.sent()[-1]
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"\b(\d{6})\b", body.get_content())
    assert found is not None
    return found[1]


def _enter(page: Page, world: World, base: str, link: str) -> None:
    page.goto(base + link)
    page.get_by_role("button", name="인증번호 받기").click()
    page.get_by_label("인증번호").fill(_code(world))
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("회신 요청")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_whole_way(
    chromium: Browser, world: World, base: str, prepared: tuple[Path, str], width: int
) -> None:
    context = context_of(chromium, width)
    page = context.new_page()
    _enter(page, world, base, prepared[1])
    assert not re.search(r"[0-9a-zA-Z_-]{30}", page.url)  # no token stays in the address
    fits(page)

    page.get_by_label("기관의 접수번호").fill("노인정책과-1234")
    page.get_by_role("button", name="접수 확인").click()
    expect(page.get_by_role("status")).to_have_text("접수를 확인하였습니다.")
    expect(page.get_by_text("접수번호 노인정책과-1234").first).to_be_visible()

    _answer(page)
    page.get_by_role("button", name="회신 제출").click()
    # Three others are neither answered nor left for later.
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(3)
    fits(page)
    expect(page.get_by_role("link", name="설치 계획.txt")).to_be_visible()
    summary.get_by_role("link").first.click()
    expect(page.locator("#r2-left_open")).to_be_in_viewport()
    for referral in (2, 3, 4):
        page.locator(f"#r{referral}-left_open").check()
    page.get_by_role("button", name="회신 제출").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("공론소통과-1")
    expect(page.get_by_role("cell", name=re.compile("[0-9a-f]{64}"))).to_be_visible()
    expect(page.get_by_text("설치 계획.txt")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="공문으로 돌아가기").click()
    expect(page.get_by_text("담당 부서가 확인하고 있습니다")).to_be_visible()

    _ask(
        page,
        2,
        "기한 연장 요청",
        {"연장을 원하시는 날": "2026-11-05", "사유": "협의가 필요합니다."},
    )
    expect(page.locator("#r2")).to_contain_text("2026. 11. 5.까지 기한 연장을 요청")
    page.get_by_role("link", name=re.compile("다른 기관으로 이관 요청 OCF-2026-10-003")).click()
    page.get_by_label("맡을 기관").select_option(label="국토교통부")
    page.get_by_label("사유").fill("교통시설 소관입니다.")
    fits(page)
    page.get_by_role("button", name="이관 요청 보내기").click()
    expect(page.locator("#r3")).to_contain_text("국토교통부로 이관을 요청")
    _ask(page, 4, "질의하기", {"질의 내용": "어느 지역의 이야기입니까?"})
    expect(page.locator("#r4")).to_contain_text("답변을 기다리고 있습니다")
    fits(page)

    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^PDF")).click()
    assert download.value.suggested_filename.endswith("회신 요청.pdf")
    page.get_by_role("button", name="나가기").click()
    expect(page.get_by_role("button", name="나가기")).to_have_count(0)
    page.goto(f"{base}/m")
    expect(page.get_by_text("링크를 다시 열어")).to_be_visible()
    assert world.referral(1).status is Status.ANSWERED
    context.close()


def _answer(page: Page) -> None:
    """An acceptance with a commitment and a file, for the first referral."""
    first = page.locator("#r1")
    first.get_by_label("수용", exact=False).first.check()
    first.get_by_label("사유", exact=True).fill(REASON)
    first.get_by_label("할 일 1").fill("그늘막 300곳 설치")
    first.get_by_label("담당 부서 1").fill("노인정책과")
    first.get_by_label("완료 기한 1").fill("2027-06-30")
    first.get_by_label("붙임 파일").set_input_files([PLAN])  # type: ignore[list-item]


def _ask(page: Page, referral: int, name: str, fields: dict[str, str]) -> None:
    page.get_by_role("link", name=re.compile(f"{name} OCF-2026-10-00{referral}")).click()
    for label, value in fields.items():
        page.get_by_label(label).fill(value)
    fits(page)
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("status")).to_be_visible()


def test_the_way_without_javascript(
    chromium: Browser, world: World, base: str, prepared: tuple[Path, str]
) -> None:
    context = context_of(chromium, PHONE, java_script_enabled=False)
    page = context.new_page()
    _enter(page, world, base, prepared[1])
    _answer(page)
    page.get_by_role("button", name="임시저장", exact=True).click()
    expect(page.locator("#r1-reason")).to_have_value(REASON)
    page.get_by_role("button", name="설치 계획.txt 삭제").click()
    expect(page.get_by_text("파일을 삭제하였습니다")).to_be_visible()
    page.locator("#r1").get_by_role("button", name="칸 더하기").click()
    expect(page.locator("#r1-c3-text")).to_be_visible()
    for referral in (2, 3, 4):
        page.locator(f"#r{referral}-left_open").check()
    page.get_by_role("button", name="회신 제출").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("OCF-2026-10-001")
    context.close()


class _Keyboard:
    """Somebody without a mouse, who has to see where they are."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str, *, most: int = 120) -> None:
        """Tab until the focus is there; on the way it is always seen."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            state = self.page.evaluate(
                """selector => {
                    const at = document.activeElement, box = at.getBoundingClientRect();
                    const bar = document.querySelector('.keep')?.getBoundingClientRect();
                    const style = getComputedStyle(at);
                    const free = !bar || at.closest('.keep') || box.top < bar.top;
                    return [at.matches(selector), parseFloat(style.outlineWidth) >= 2
                        && style.outlineStyle !== 'none', free && box.bottom > 0, at.outerHTML.slice(0, 100)];
                }""",
                selector,
            )
            there, outlined, visible, what = state
            if what.startswith("<body"):
                continue  # past the last one, the browser's own buttons follow
            assert outlined, what
            assert visible, what
            if there:
                return
        raise AssertionError(f"no way to {selector}")

    def press(self, selector: str, key: str = "Enter") -> None:
        """Go there and press a key."""
        self.to(selector)
        self.page.keyboard.press(key)

    def type(self, selector: str, text: str) -> None:
        """Go there and type."""
        self.to(selector)
        self.page.keyboard.type(text)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_way_by_keyboard_alone(
    chromium: Browser, world: World, base: str, prepared: tuple[Path, str], width: int
) -> None:
    context = context_of(chromium, width)
    page = context.new_page()
    keys = _Keyboard(page)
    page.goto(base + prepared[1])
    keys.press("main button")
    expect(page).to_have_url(re.compile("/enter"))
    keys.type("#code", _code(world))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/m/\d+$"))
    keys.type("#registration_number", "12")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("done=acknowledged"))

    # Enter in a field keeps, and never submits.
    keys.to("#r1-decision")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#r1-decision-partially_accepted")).to_be_checked()
    keys.type("#r1-reason", REASON)
    keys.type("#r1-c0-text", "그늘막 300곳 설치")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("done=saved#r1"))
    expect(page.locator("#r1-c0-text")).to_have_value("그늘막 300곳 설치")
    keys.type("#r1-c0-owner", "1과")
    keys.type("#r1-c0-due_on", "06302027")
    for referral in (2, 3, 4):
        keys.press(f"#r{referral}-left_open", "Space")
    keys.press(".keep button:last-child")
    expect(page).to_have_url(re.compile("/m/receipts/"))
    for referral, way in ((2, "extension"), (3, "transfer"), (4, "question")):
        page.goto(f"{base}/m/1")
        keys.press(f"#r{referral} .ways a[href$={way}]")
        expect(page).to_have_url(re.compile(f"/m/r/{referral}/{way}"))
        if way == "extension":
            keys.type("#until", "11052026")
        elif way == "transfer":
            keys.press("#to", "ArrowDown")
        keys.type("#text", "협의가 필요합니다.")
        keys.press("main form .buttons button")
        expect(page).to_have_url(re.compile(f"done=asked_{way}"))
    # The first Tab of a page leads past its head.
    page.goto(f"{base}/m/1")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="본문 바로가기")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    assert world.referral(1).status is Status.ANSWERED
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_any_page(
    chromium: Browser, world: World, base: str, prepared: tuple[Path, str], width: int
) -> None:
    # Our policy lets no script in; axe is one.
    context = context_of(chromium, width, bypass_csp=True)
    page = context.new_page()
    axe = Axe()

    def judge(*, english: bool = False) -> None:
        fits(page)
        judged(axe, page)
        if english and width == DESK:
            page.locator("header nav a[lang=en]").click()
            expect(page.locator("html[lang=en]")).to_have_count(1)
            fits(page)
            judged(axe, page)
            page.go_back()
            expect(page.locator("html[lang=ko]")).to_have_count(1)

    page.goto(base + prepared[1])
    judge()
    page.get_by_role("button", name="인증번호 받기").click()
    expect(page).to_have_url(re.compile("/enter"))
    judge()
    _enter(page, world, base, prepared[1])
    document = page.url
    judge(english=True)
    for path in (
        *("/m/r/1/question", "/m/r/1/extension", "/m/r/1/transfer", "/m/r/1/meeting"),
        *("/m/1/delegate", "/m/999", "/check"),
    ):
        page.goto(base + path)
        judge()
        if "/r/1/" in path or "delegate" in path:
            page.goto(base + path)
            page.get_by_role("main").get_by_role("button").last.click()
            expect(page.get_by_role("alert")).to_be_visible()
            judged(axe, page)
    page.goto(document)
    _answer(page)
    page.locator("#r1-c1-text").fill("둘째 과제")
    page.get_by_role("button", name="회신 제출").click()
    expect(page.get_by_role("alert")).to_be_visible()
    judged(axe, page)
    page.goto(document)
    page.locator("#r1-c1-text").fill("")
    for referral in (2, 3, 4):
        page.locator(f"#r{referral}-left_open").check()
    page.get_by_role("button", name="회신 제출").click()
    expect(page).to_have_url(re.compile("/m/receipts/"))
    judge(english=True)
    _ask_all(page, document)
    judge()
    page.goto(f"{base}/m/r/4/question")
    expect(page.get_by_role("heading", level=1)).to_have_text("처리하지 않았습니다")
    judge()
    page.goto(document)
    page.get_by_role("button", name="나가기").click()
    expect(page.get_by_role("button", name="나가기")).to_have_count(0)
    page.goto(f"{base}/m")
    judge()
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_pages_after_an_answer(
    chromium: Browser, world: World, base: str, prepared: tuple[Path, str], width: int
) -> None:
    followed = Followed(world)
    proposers = "proposer@example.com"
    for referral_id in (1, 2, 3):
        followed.contact(referral_id, proposers)
    followed.published(1, ResponseDecision.ACCEPTED, "그늘막 300곳 설치", "그늘막 점검")
    followed.refused(2)
    kept, settled = followed.commitments(1)
    settle(
        world.db,
        settled.id,
        organisation_id=None,
        status=CommitmentStatus.DONE,
        account="모두 점검하였습니다.",
        now=at(PUBLISHED, 17),
    )
    followed.tell(PUBLISHED + timedelta(days=1))
    world.now = at(PUBLISHED + timedelta(days=1), 10)
    links = re.findall(rf"{PUBLIC}(/p/\S+)", "".join(followed.texts(proposers)))
    assert len(links) == 2

    context = context_of(chromium, width, bypass_csp=True)
    page = context.new_page()
    axe = Axe()
    _enter(page, world, base, prepared[1])
    for path in (f"/m/commitments/{kept.id}", f"/m/commitments/{settled.id}", *links):
        for language in ("ko", "en"):
            page.goto(f"{base}{path}?lang={language}")
            expect(page.locator(f"html[lang={language}]")).to_have_count(1)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            fits(page)
            judged(axe, page)
    context.close()


def _ask_all(page: Page, document: str) -> None:
    """A question, an extension and a transfer wait for us on the desk."""
    page.goto(document)
    _ask(page, 2, "기한 연장 요청", {"연장을 원하시는 날": "2026-11-05", "사유": "협의"})
    _ask(page, 4, "질의하기", {"질의 내용": "어디입니까?"})
