"""What happens to a declaration: it is received, opens or joins a case, or is answered in words.

Receiving looks nobody up: whoever declares learns nothing of who is in the system, not even by the
time that it takes. The household is found afterwards (`join_declarations`), or by people.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.cases import refusals
from fangpin.casework.cases.acts import register_household, report_clue
from fangpin.casework.cases.gate import act_title, local_day
from fangpin.casework.cases.models import Case
from fangpin.casework.declarations.attempts import attempts
from fangpin.casework.declarations.models import Declaration, DeclarationState
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household, Member
from fangpin.casework.registry.provisional import NewHousehold
from fangpin.policy import Pack
from fangpin.values.problem import ProblemError

CHANNEL = "declaration"
ATTACH = "attach_declaration"
"""Permission: say which household declared, or answer in words."""
_OF_THE_SYSTEM = ("report_clue", ATTACH)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none is mistaken for a digit when read out by telephone."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What someone declared; identity and phone come sealed, with the digests that stand for them."""

    division: str
    name: str
    masked_phone: str
    phone_digest: str
    sealed_phone: bytes
    identity_ref: int | None
    sealed_identity: bytes
    cause: str
    text: str
    paper_sha256: str = ""


def new_receipt() -> str:
    """A receipt number of 60 random bits, in groups that can be read out."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return "-".join((drawn[:4], drawn[4:8], drawn[8:]))


def receive_declaration(
    *, pack: Pack, declared: Declared, receipt_no: str, at: datetime, key: str = ""
) -> Declaration:
    """Keep a declaration under its receipt; sent again with its key, the first one is the answer.

    Raises ProblemError VALUE_NOT_LISTED, TEXT_MISSING, VILLAGE_UNKNOWN.
    """
    where = "declaration"
    if declared.cause not in pack.causes:
        raise refusals.not_a_word(
            where, zh="困难类型", en="Kind of difficulty", given=declared.cause, valid=pack.causes
        )
    for text, zh, en in (
        (declared.name, "户主姓名", "name of the household's head"),
        (declared.text, "困难情况", "what has happened"),
    ):
        if not text.strip():
            raise refusals.missing_text(where, zh=zh, en=en)
    if not Division.objects.filter(code=declared.division).exists():
        raise refusals.refusal(
            "VILLAGE_UNKNOWN",
            where,
            zh="没有这个村（社区）。",
            en="There is no such village.",
            fix_zh="请重新扫描村里的二维码，或拨打政务服务热线。",
            fix_en="Scan the village's code again, or call the service line.",
        )
    try:
        with transaction.atomic():
            return _received(declared, receipt_no=receipt_no, at=at, key=key)
    except IntegrityError:  # the same form, sent twice in the same moment
        if key and (earlier := Declaration.objects.filter(key=key).first()) is not None:
            return earlier
        raise


def _received(declared: Declared, *, receipt_no: str, at: datetime, key: str) -> Declaration:
    if key and (earlier := Declaration.objects.filter(key=key).first()) is not None:
        return earlier
    row = Declaration.objects.create(
        receipt_no=receipt_no,
        division=declared.division,
        received_at=at,
        name=declared.name.strip(),
        masked_phone=declared.masked_phone,
        phone_digest=declared.phone_digest,
        sealed_phone=declared.sealed_phone,
        identity_ref=declared.identity_ref,
        sealed_identity=declared.sealed_identity,
        cause=declared.cause,
        text=declared.text.strip(),
        paper_sha256=declared.paper_sha256,
        key=key,
    )
    record(
        act="receive_declaration",
        official="",
        subject_kind="declaration",
        subject=row.receipt_no,
        division=row.division,
        at=at,
        detail={"cause": row.cause, "paper": bool(row.paper_sha256)},
    )
    return row


def whole_pack(pack: Pack) -> Scope:
    """The scope of the system itself, which joins declarations wherever they came in."""
    roots = tuple(row.code for row in pack.divisions.children(None))
    return Scope(role="system", divisions=roots, may=frozenset(_OF_THE_SYSTEM))


def join_declarations(*, pack: Pack, by: Scope, at: datetime) -> int:
    """Let declarations whose person the registry knows open or join the household's case.

    The clocks run from the day of the declaration. How many joined; the others wait for people.
    """
    waiting = within(Declaration.objects.filter(state=DeclarationState.RECEIVED), by)
    known = {
        member.person_ref: member.household_id
        for member in Member.objects.filter(
            person_ref__in=waiting.exclude(identity_ref=None).values("identity_ref")
        )
    }
    joined = 0
    for row in waiting.filter(identity_ref__in=list(known)).order_by("received_at", "id"):
        with transaction.atomic():
            locked = Declaration.objects.select_for_update().get(pk=row.pk)
            if locked.state == DeclarationState.RECEIVED and locked.identity_ref is not None:
                joined += _joins(pack, locked, known[locked.identity_ref], by=by, at=at)
    return joined


def attach_declaration(
    *, pack: Pack, receipt_no: str, household_ref: int, by: Scope, at: datetime
) -> Declaration:
    """Say by hand which household declared. Raises Declaration.DoesNotExist or
    Household.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, DECLARATION_DONE."""
    with transaction.atomic():
        row = _open(pack, receipt_no, by)
        household = within(Household.objects.all(), by).get(household_ref=household_ref)
        _into_case(pack, row, household.household_ref, by=by, at=at, by_hand=True)
    return row


def register_declaration(
    *,
    pack: Pack,
    receipt_no: str,
    new: NewHousehold,
    by: Scope,
    at: datetime,
    is_another: bool = False,
) -> Declaration:
    """Write down the household of a declaration that no registry lists; its case opens.

    Raises Declaration.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED,
    DECLARATION_DONE and what `register_household` raises; nothing is changed then.
    """
    with transaction.atomic():
        row = _open(pack, receipt_no, by)
        case = register_household(
            pack=pack,
            new=new,
            by=by,
            at=at,
            channel=CHANNEL,
            on=local_day(row.received_at),
            cause=row.cause,
            note=row.text,
            is_another=is_another,
        )
        _in_case(row, case, by=by, at=at, by_hand=True)
    return row


def answer_declaration(
    *, pack: Pack, receipt_no: str, by: Scope, at: datetime, answer: str
) -> Declaration:
    """Answer in words a declaration that cannot become a case (a household of elsewhere, a test).

    Raises Declaration.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, TEXT_MISSING,
    DECLARATION_DONE.
    """
    with transaction.atomic():
        row = _open(pack, receipt_no, by)
        if not answer.strip():
            raise refusals.missing_text(f"declaration {receipt_no}", zh="答复", en="the answer")
        row.state = DeclarationState.ANSWERED
        row.answer, row.answered_at, row.answered_by = answer.strip(), at, by.official
        row.save()
        record(
            act="answer_declaration",
            official=by,
            subject_kind="declaration",
            subject=row.receipt_no,
            division=row.division,
            at=at,
        )
    return row


def attempts_left(
    *,
    pack: Pack,
    kind: str,
    source: str,
    division: str | None,
    at: datetime,
    limit: str,
    hours: str,
) -> int:
    """How many more tries of a kind a source has; `limit` and `hours` are parameters of the pack.

    `division` None: of no place. Raises ProblemError where the pack states no figure.
    """
    day = local_day(at)
    number = int(pack.parameter(limit, at=day, division=division).number)
    window = int(pack.parameter(hours, at=day, division=division).number)
    since = at - timedelta(hours=window)
    return max(number - len(attempts(kind=kind, source=source, after=since)), 0)


def _open(pack: Pack, receipt_no: str, by: Scope) -> Declaration:
    row = within(Declaration.objects.select_for_update(), by).get(receipt_no=receipt_no)
    where = f"declaration {receipt_no}"
    if not by.can(ATTACH):
        raise refusals.not_permitted(where, title=act_title(pack, "attach_declaration"))
    if row.state != DeclarationState.RECEIVED:
        raise refusals.refusal(
            "DECLARATION_DONE",
            where,
            zh="这份申报已经处理，不会重复处理。",
            en="This declaration was dealt with already.",
            fix_zh="请刷新页面查看结果。",
            fix_en="Reload the page to see the result.",
        )
    return row


def _joins(pack: Pack, row: Declaration, household_ref: int, *, by: Scope, at: datetime) -> bool:
    try:
        _into_case(pack, row, household_ref, by=by, at=at, by_hand=False)
    except (Household.DoesNotExist, ProblemError):
        # Of a place outside this scope, or refused: it waits for people, who are told why.
        return False
    return True


def _into_case(
    pack: Pack, row: Declaration, household_ref: int, *, by: Scope, at: datetime, by_hand: bool
) -> None:
    case = report_clue(
        pack=pack,
        household_ref=household_ref,
        by=by,
        at=at,
        channel=CHANNEL,
        on=local_day(row.received_at),
        cause=row.cause,
        note=row.text,
    )
    _in_case(row, case, by=by, at=at, by_hand=by_hand)


def _in_case(row: Declaration, case: Case, *, by: Scope, at: datetime, by_hand: bool) -> None:
    row.state, row.case = DeclarationState.IN_CASE, case
    row.save(update_fields=["state", "case"])
    record(
        act="attach_declaration",
        official=by,
        subject_kind="declaration",
        subject=row.receipt_no,
        division=row.division,
        at=at,
        detail={"case": case.case_no, "by_hand": by_hand},
    )
