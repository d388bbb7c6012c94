"""Every address times every role: whoever has no business there learns nothing, not even a name."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from fangpin.casework.alerts.models import Alert
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Case, CaseAct, DeliberationItem
from fangpin.casework.measures.models import Resource
from fangpin.casework.registry.models import Household, Provisional
from fangpin.casework.uploads.models import Upload
from fangpin.web.console.cases.forms import FORMS
from fangpin.web.console.cases.forms.household import HOUSEHOLD_FORMS
from fangpin.web.settings import CONTENT_SECURITY_POLICY
from tests.web.conftest import SignIn
from tests.web.pages import body
from tests.web.seed import FOREIGN, FOREIGN_NAME, FOREIGN_VILLAGE, LI_ZHUXI, ROLES, SHISHAN, Seed
from tests.web.seed_cases import FOREIGN_RECEIPT, ON_NOTICE, RECEIPT
from tests.web.seed_links import CLAIM, LI, LINKED_CLAIM, ROW, STRANGER

UNREGISTERED, UNREGISTERED_ELSEWHERE = 7_000_000_001, 7_000_000_002
FOREIGN_NUMBER = "H431026-9999"
FOREIGN_ALERT = "A202012-FOREIGN"
LEAKS = (FOREIGN_NAME, FOREIGN_NUMBER, FOREIGN_ALERT, "9,999")
POST_ONLY = {
    "sign-out",
    "preferences",
    "end-alert",
    "acting",
    "move-clock",
    "case-act",
    "dispatch",  # its answer has an address, but only after a post
    "decide-delivery",
    "readings",
    "undo-link",
    "death",
}
PUBLIC = {"sign-in", "sign-out", "preferences", "alive"}

_ROWS = {"queue", "households", "household", "unregistered", "unregistered-one"}
_REGISTER = {"register-household"}
_FEEDS = {"feeds", "feed", "delivery", "rejects"}
_CASES = {
    "cases",
    "measures",
    "measures-given",
    "places-held",
    "duties",
    "case",
    "notice-sheet",
    "case-notice-pdf",
    "meeting",
    "meeting-sheet",
    "meeting-sheet-pdf",
    "meeting-notice",
    "meeting-notice-pdf",
}
_RESULTS = {
    "announcement-sheet",
    "case-announcement-pdf",
    "meeting-announcement",
    "meeting-announcement-pdf",
}
"""Only where something was decided: 404 on the case that this test asks for."""
_DECLARED = {"declarations", "declaration", "register-declared"}
_LINKS = {"links", "link", "household-links", "split-claim", "split-row", "deaths", "unlisted"}
_WATCH = {"overview", "supervision"}
_RULES = {"rules", "rule"}
_AUDIT = {"audit", "audit-entries"}

MAY_OPEN = {
    "city": _ROWS | _FEEDS | _CASES | _WATCH | _RULES | {"clock-cases"},
    "county": _ROWS
    | _FEEDS
    | _CASES
    | _DECLARED
    | _LINKS
    | _WATCH
    | _RULES
    | _AUDIT
    | _REGISTER
    | {"household-act", "clock-cases", "new-place", "places-act"},
    "town": _ROWS | _CASES | _DECLARED | _REGISTER | _WATCH | {"household-act", "clock-cases"},
    "village": _ROWS | _CASES | _REGISTER | {"household-act", "new-meeting", "blank-meeting"},
    "owner": _FEEDS | {"uploads", "upload"},
    "province": _FEEDS | _WATCH | _AUDIT,
    "outsider": {
        "clock-cases",
        "queue",
        "households",
        "cases",
        "measures",
        "measures-given",
        "new-place",
        "duties",
        "declarations",
        "unregistered",
        "register-household",
        "links",
        "deaths",
        "unlisted",
    }
    | _FEEDS
    | _WATCH
    | _RULES
    | _AUDIT,
}
"""Names of the pages that each official may open on Li Zhuxi, or on feeds of the medical bureau."""

SEES_THE_FOREIGN_HOUSEHOLD = {"city"}
NARROWER = [username for username, *_ in ROLES if username not in SEES_THE_FOREIGN_HOUSEHOLD]


@pytest.fixture(autouse=True)
def unregistered(prefecture: Seed) -> None:
    """A household that no registry lists in Li's village, and one in the foreign county."""
    for ref, village, head in (
        (UNREGISTERED, SHISHAN, "周新来"),
        (UNREGISTERED_ELSEWHERE, FOREIGN_VILLAGE, FOREIGN_NAME),
    ):
        household = Household.objects.create(
            household_ref=ref,
            household_no=f"N20-{ref}",
            division=village,
            head_name=head,
            count_of_members=2,
            is_listed=False,
        )
        Provisional.objects.create(
            household=household,
            division=village,
            form="unregistered",
            form_version=1,
            registered_at=prefecture_day(),
            registered_by="village",
        )


@pytest.fixture(autouse=True)
def places(prefecture: Seed) -> None:
    """Posts of Li's county, and of the foreign one."""
    for number, division in (("R-YIZHANG", "431022"), ("R-FOREIGN", FOREIGN_VILLAGE[:6])):
        Resource.objects.create(
            resource_no=number,
            division=division,
            measure="relief",
            title="护林员" if division == "431022" else f"{FOREIGN_NAME}的岗位",
            quota=3,
            from_date=date(2020, 1, 1),
        )


def prefecture_day() -> datetime:
    return datetime(2020, 12, 1, 2, tzinfo=UTC)


def patterns(found: list[Any] | None = None) -> list[URLPattern]:
    """Every address of the console; those of the phone are tried in tests/field."""
    flat = []
    console = get_resolver("fangpin.web.console.urls").url_patterns
    for one in found if found is not None else console:
        flat += patterns(one.url_patterns) if isinstance(one, URLResolver) else [one]
    return flat


def address(pattern: URLPattern, household: int) -> str:
    """The pattern filled in: a case and a meeting of Li's village, or of the foreign county."""
    path = "/" + str(pattern.pattern)
    is_foreign = household == FOREIGN
    if pattern.name == "unregistered-one":
        household = UNREGISTERED_ELSEWHERE if is_foreign else UNREGISTERED
    if "<str:case_no>" in path or "<int:meeting_id>" in path:
        case_no, meeting = case_and_meeting(is_foreign=is_foreign)
        path = path.replace("<str:case_no>", case_no).replace("<int:meeting_id>", str(meeting))
    for hole, value in (
        ("<slug:act>", "report_clue"),
        ("<str:receipt_no>", FOREIGN_RECEIPT if is_foreign else RECEIPT),
        ("<str:sha256>", "0" * 64),
        ("<str:clock>", "visit"),
        ("<str:how>", "overdue"),
        ("<int:household_ref>", str(household)),
        ("<str:measure>", "relief"),
        ("<str:state>", "planned"),
        ("<str:act>", "correct_places"),
        ("<str:resource_no>", "R-FOREIGN" if is_foreign else "R-YIZHANG"),
        ("<slug:rule>", "medical_sustained"),
        ("<str:feed>", "medical.settlement"),
        ("<str:delivery>", "2020-11-01"),
        ("<str:upload_no>", "uploadoftest"),
        ("<int:claim_ref>", str(LINKED_CLAIM if pattern.name == "split-claim" else CLAIM)),
        ("<int:person_ref>", str(STRANGER if is_foreign else LI)),
        ("<int:row_no>", str(ROW)),
    ):
        path = path.replace(hole, value)
    assert "<" not in path, f"tell this test how to fill {path}"
    return path


def case_and_meeting(*, is_foreign: bool) -> tuple[str, int]:
    """The number of a case on notice in Li's village and its meeting; the foreign ones are of the
    case that nobody outside its county may find, and of no meeting at all."""
    if is_foreign:
        return Case.objects.get(household=FOREIGN).case_no, 424242
    item = DeliberationItem.objects.get(act__case__household=ON_NOTICE)
    return item.act.case.case_no, item.meeting_id


def an_upload(*, feed: str = "medical.settlement", department: str = "medical") -> Upload:
    """An upload of a department that was refused as a whole."""
    return Upload.objects.create(
        upload_no="uploadoftest",
        channel="desk",
        feed=feed,
        department=department,
        division="431022",
        original_name="欧阳外的账单.csv",
        sender="owner",
        received_at=datetime(2020, 12, 14, 4, tzinfo=UTC),
        received_on=date(2020, 12, 14),
        outcome="refused",
        ended_at=datetime(2020, 12, 14, 4, tzinfo=UTC),
    )


def addresses(household: int) -> list[tuple[str, str]]:
    """(name, address) of every page that is read."""
    return [
        (str(pattern.name), address(pattern, household))
        for pattern in patterns()
        if pattern.name not in POST_ONLY
    ]


def test_every_view_says_whom_it_is_for() -> None:
    for pattern in patterns():
        view = pattern.callback
        assert getattr(view, "is_public", False) or hasattr(view, "permission"), pattern.name
        assert getattr(view, "is_public", False) == (pattern.name in PUBLIC), pattern.name


def test_a_stranger_is_sent_to_sign_in_and_shown_nothing(prefecture: Seed) -> None:
    client = Client()
    for name, path in addresses(LI_ZHUXI):
        response = client.get(path)
        if name in PUBLIC:
            assert response.status_code == 200, path
        else:
            assert response.status_code == 302, path
            assert response.headers["Location"].startswith("/sign-in/?next="), path
        assert "李竹喜" not in body(response)


@pytest.mark.parametrize("username", [username for username, *_ in ROLES])
def test_each_role_opens_its_pages_and_no_other(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    client = signed_in(username)
    an_upload()
    for name, path in addresses(LI_ZHUXI):
        if name in PUBLIC or name in ("home", "rejects", "password", "second-factor", *_RESULTS):
            continue
        if path.endswith(".pdf"):
            continue
        expected = 200 if name in MAY_OPEN[username] else 404
        assert client.get(path).status_code == expected, (username, path)


@pytest.mark.parametrize("username", NARROWER)
def test_an_outsider_gets_404_for_a_foreign_household_and_no_trace_of_it_anywhere(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    client = signed_in(username)
    assert client.get(f"/households/{FOREIGN}/").status_code == 404
    asked = [path for _, path in addresses(FOREIGN)]
    asked += [
        f"/households/?q={word}" for word in (FOREIGN_NAME, FOREIGN_NUMBER, FOREIGN_ALERT, "H")
    ]
    asked += [f"/queue/?q={FOREIGN_NAME}", "/queue/?state=any&severity=red", "/queue/?overdue=1"]
    asked += [
        f"/{page}/?division={FOREIGN_VILLAGE}" for page in ("overview", "queue", "households")
    ]
    asked += ["/queue/?division=431026", "/overview/?division=431026", "/overview/?month=2020-11"]
    for path in asked:
        response = client.get(path)
        text = body(response)
        if f"q={FOREIGN_NAME}" in path:  # what was asked for is written in the search field
            text = text.replace(f'value="{FOREIGN_NAME}"', "").replace(f"“{FOREIGN_NAME}”", "")
            text = re.sub(r'name="next" value="[^"]*"', "", text)
        elif "q=" in path:
            word = path.partition("q=")[2]
            text = text.replace(f'value="{word}"', "").replace(f"“{word}”", "")
            text = re.sub(r'name="next" value="[^"]*"', "", text)
        for leak in LEAKS:
            assert leak not in text, (username, path, leak)


@pytest.mark.parametrize("username", ["county", "town", "village", "outsider"])
@pytest.mark.parametrize("page", ["queue", "households"])
def test_a_foreign_division_is_404_like_one_that_does_not_exist(
    prefecture: Seed, signed_in: SignIn, username: str, page: str
) -> None:
    client = signed_in(username)
    foreign = client.get(f"/{page}/?division={FOREIGN_VILLAGE}")
    absent = client.get(f"/{page}/?division=999999999999")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    token = re.compile(r'csrfmiddlewaretoken" value="\w+"|name="next" value="[^"]*"')
    assert token.sub("", body(foreign)) == token.sub("", body(absent))


def test_counts_end_at_the_scope(prefecture: Seed, signed_in: SignIn) -> None:
    """The red alert of the foreign household is in the prefecture's count, not in the county's."""
    city = body(signed_in("city").get("/queue/?severity=red&overdue=1&q=" + FOREIGN_NUMBER))
    county = body(signed_in("county").get("/queue/?severity=red&overdue=1&q=" + FOREIGN_NUMBER))
    assert "共 1 条" in city
    assert "共 0 条" in county


def test_an_account_without_a_post_is_told_so(prefecture: Seed, signed_in: SignIn) -> None:
    response = signed_in("nobody").get("/overview/")
    assert response.status_code == 403
    assert "没有在任岗位" in body(response)


def test_every_link_around_a_page_leads_somewhere(prefecture: Seed, signed_in: SignIn) -> None:
    for username, home in (("owner", "/feeds/"), ("county", "/overview/"), ("village", "/queue/")):
        client = signed_in(username)
        around = re.sub(r"<main.*?</main>", "", body(client.get(home)), flags=re.S)
        links = {
            one.replace("&amp;", "&") for one in re.findall(r'<a [^>]*href="(/[^"]*)"', around)
        }
        assert links
        for link in links:
            assert client.get(link, follow=True).status_code == 200, (username, link)


def test_a_data_owner_sees_its_own_department_alone(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("owner")
    assert client.get("/feeds/medical.settlement/").status_code == 200
    assert client.get("/feeds/finance.card/").status_code == 404
    assert client.get("/feeds/finance.card/2020-11-01/").status_code == 404
    calendar = body(client.get("/feeds/"))
    assert "医保结算" in calendar
    assert "财政一卡通" not in calendar


@pytest.mark.parametrize("username", [username for username, *_ in ROLES])
def test_nobody_sees_or_sends_the_data_of_another_department(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    client = signed_in(username)
    an_upload(feed="finance.card", department="finance")
    assert client.get("/uploads/uploadoftest/").status_code == 404
    desk = client.get("/uploads/")
    assert desk.status_code == (200 if username == "owner" else 404)
    assert "欧阳外" not in body(desk)
    assert "财政一卡通" not in body(desk)
    for path in ("decide", "readings"):
        foreign = client.post(f"/feeds/finance.card/2020-11-01/{path}/", {"act": "release"})
        assert foreign.status_code == 404, path
        own = client.post(f"/feeds/medical.settlement/2020-11-01/{path}/", {"act": "release"})
        assert (own.status_code == 404) == (username != "owner"), path
    file = SimpleUploadedFile("a.csv", b"x")
    sent = client.post("/uploads/", {"feed": "finance.card", "file": file, "key": "k" * 32})
    assert sent.status_code == (409 if username == "owner" else 404)
    assert Upload.objects.count() == 1 + (username == "owner")


def test_looking_at_a_household_is_on_the_record(prefecture: Seed, signed_in: SignIn) -> None:
    signed_in("village").get(f"/households/{LI_ZHUXI}/")
    [entry] = AuditEntry.objects.filter(act="view_household")
    assert (entry.official, entry.subject, entry.division) == ("village", str(LI_ZHUXI), SHISHAN)
    assert "李" not in str(entry.detail)
    signed_in("village").get(f"/households/{FOREIGN}/")
    assert AuditEntry.objects.filter(act="view_household").count() == 1


@pytest.mark.parametrize("username", [username for username, *_ in ROLES])
def test_only_a_post_that_may_ends_an_alert_and_only_its_own(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    client = signed_in(username)
    reason = {"reason": "alert_end.resolved"}
    own = client.post("/alerts/A202008-LZX000000417/end/", reason).status_code
    assert own == (302 if username == "county" else 404)
    assert client.post(f"/alerts/{FOREIGN_ALERT}/end/", reason).status_code == 404
    states = dict(Alert.objects.values_list("alert_no", "state"))
    assert states["A202008-LZX000000417"] == ("ended" if username == "county" else "open")
    assert states[FOREIGN_ALERT] == "open"


def test_an_alert_ends_with_a_reason_of_the_pack_and_once(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("county")
    path = "/alerts/A202008-LZX000000417/end/"
    for wrong in ("", "alert_end.unknown", "unit.yuan"):
        response = client.post(path, {"reason": wrong})
        assert response.status_code == 409
        assert "办结原因" in body(response)
    assert client.post(path, {"reason": "alert_end.resolved"}).status_code == 302
    assert client.post(path, {"reason": "alert_end.resolved"}).status_code == 409
    page = body(client.get(f"/households/{LI_ZHUXI}/"))
    assert "困难已经解决" in page
    assert "办结这条预警" not in page
    assert AuditEntry.objects.filter(act="end_alert", official="county").count() == 1


@pytest.mark.parametrize("username", [username for username, *_ in ROLES])
def test_no_act_reaches_a_foreign_case_or_one_that_the_role_may_not_do(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    """Every act, posted by every role, on a foreign case and on each case of the village."""
    client = signed_in(username)
    role = next(role for name, _, role, *_ in ROLES if name == username)
    may = set(prefecture.pack.roles[role].may)
    before = CaseAct.objects.count()
    for act in FORMS:
        foreign = client.post(f"/cases/{prefecture.case_nos[FOREIGN]}/{act}/", {"key": "k"})
        own = client.post(f"/cases/{prefecture.case_nos[ON_NOTICE]}/{act}/", {})
        assert foreign.status_code == 404 or username in SEES_THE_FOREIGN_HOUSEHOLD
        reaches = act in may and "see_case" in may and username != "outsider"
        assert (own.status_code == 404) == (not reaches), (username, act, own.status_code)
        for leak in (*LEAKS, "欧阳外"):
            assert leak not in body(foreign) or username in SEES_THE_FOREIGN_HOUSEHOLD
    for act in HOUSEHOLD_FORMS:
        assert client.post(f"/households/{FOREIGN}/{act}/", {}).status_code == 404
        reaches = act in may and "see_case" in may and username != "outsider"
        own = client.post(f"/households/{ON_NOTICE}/{act}/", {})
        assert (own.status_code == 404) == (not reaches), (username, act)
    foreign = client.post("/dispatch/", {"alert": [FOREIGN_ALERT]})
    assert foreign.status_code == (409 if "assign" in may else 404)
    assert FOREIGN_NAME not in body(foreign)
    assert CaseAct.objects.count() == before


@pytest.mark.parametrize("path", ["/preferences/", "/sign-out/", "/alerts/A202012-FOREIGN/end/"])
def test_what_changes_something_is_posted(prefecture: Seed, signed_in: SignIn, path: str) -> None:
    assert signed_in("county").get(path).status_code == 405


def test_a_post_without_its_token_is_refused(prefecture: Seed) -> None:
    response = Client(enforce_csrf_checks=True).post("/preferences/", {"size": "1"})
    assert response.status_code == 403
    assert "页面放得太久了" in body(response)


def test_signing_in_leads_nowhere_outside(prefecture: Seed) -> None:
    credentials = {
        "username": "city",
        "password": "looking-at-pages",
        "next": "https://evil.example/",
    }
    response = Client().post("/sign-in/", credentials)
    assert response.status_code == 302
    assert response.headers["Location"] == "/"


# ── the content security policy ─────────────────────────────────────────────────────────────────

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_has_the_exact_policy_and_nothing_inline(
    prefecture: Seed, signed_in: SignIn, language: str
) -> None:
    client = signed_in("city", language=language)
    an_upload()
    stranger = Client()
    stranger.cookies["fangpin_language"] = language
    pages = [(client, path) for name, path in addresses(LI_ZHUXI) if name != "rejects"]
    pages += [
        (client, "/nothing-here/"),
        (client, f"/households/{FOREIGN + 1}/"),
        (stranger, "/sign-in/"),
    ]
    for browser, path in pages:
        response = browser.get(path)
        assert response.headers["Content-Security-Policy"] == POLICY, path
        assert not INLINE.search(body(response)), path
    assert set(CONTENT_SECURITY_POLICY["DIRECTIVES"]) == {
        part.split()[0] for part in POLICY.split("; ")
    }
