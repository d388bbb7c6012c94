"""Households that no registry lists yet: what the pack's form asks of them, read and written down."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Protocol

from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.models import Household, Member, Provisional
from fangpin.policy import Pack
from fangpin.policy.models.procedures import Form, FormField
from fangpin.values.identifiers import IdentifierReading, read_identifier
from fangpin.values.masks import mask_identifier, mask_phone
from fangpin.values.problem import Problem, ProblemError
from fangpin.values.text import normalise

REGISTER = "register_household"
"""The act, and the permission, of writing such a household down."""
WHERE = "household not in the registry"
_BEYOND = 1 << 61
"""References of the registry have 60 bits: none of them is ever one of these."""
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none is mistaken for a digit when read out by telephone."""
_PHONE = re.compile(r"\+?[0-9]{7,15}")
_MOST = {"head_name": 60, "address": 100}
_MOST_PEOPLE = 60


class IdentityReader(Protocol):
    """Reads an identity number; `today` bounds births."""

    def __call__(self, text: str | None, *, today: date) -> IdentifierReading: ...


@dataclass(frozen=True, slots=True)
class NewHousehold:
    """What the form said of a household, read; the identity number goes to the vault alone."""

    division: str
    form: Form
    head_name: str
    count_of_members: int
    address: str = ""
    masked_phone: str = ""
    masked_id: str = ""
    identity_ref: int | None = None
    identity: str = field(default="", repr=False)
    answers: Mapping[str, str] = field(default_factory=dict)
    """Answers that are nothing of the above, by field."""


def form_of_unregistered(pack: Pack) -> Form | None:
    """The pack's form for such a household; None: the pack lets none be written down."""
    return next((form for form in pack.forms.values() if form.act == REGISTER), None)


def identity_reader(pack: Pack) -> IdentityReader | None:
    """How this country's numbers are read: as in the feed that lists the persons; None: it has none."""
    registry = pack.header.registry
    contract = pack.contracts.get(registry.feed) if registry else None
    if registry is None or contract is None:
        return None
    fields = {one.field: one for one in contract.fields}
    found = fields.get(registry.identifier or "")
    if found is None or found.scheme is None:
        return None
    return partial(
        read_identifier, scheme=found.scheme, shape=found.shape, writing=pack.header.writing
    )


def read_answers(
    pack: Pack,
    *,
    division: str,
    answers: Mapping[str, str],
    today: date,
    reference: Callable[[str], int],
) -> NewHousehold:
    """The answers to the pack's form, each checked; `reference` is that of an identity number.

    Raises ProblemError with all that is wrong: FORM_MISSING, ANSWER_MISSING, ANSWER_WRONG,
    IDENTITY_UNREADABLE, each with `field` in its details.
    """
    form = form_of_unregistered(pack)
    if form is None:
        raise ProblemError(_no_form())
    known = {one.field: one for one in form.fields}
    said = {code: normalise(text).strip() for code, text in answers.items()}
    read = identity_reader(pack)
    problems = [_unknown(code) for code in said if code not in known]
    problems += [
        problem
        for one in form.fields
        for problem in _faults(one, said.get(one.field, ""), read=read, today=today)
    ]
    if problems:
        raise ProblemError(problems)
    held = {one.holds: said.get(one.field, "") for one in form.fields if one.holds}
    number = _canonical(held.get("identity", ""), read=read, today=today)
    return NewHousehold(
        division=division,
        form=form,
        head_name=" ".join(held["head_name"].split()),
        count_of_members=int(held["members"]),
        address=held.get("address", ""),
        masked_phone=mask_phone(held.get("phone", "")),
        masked_id=mask_identifier(number) if number else "",
        identity_ref=reference(number) if number else None,
        identity=number,
        answers={
            one.field: said[one.field]
            for one in form.fields
            if not one.holds and said.get(one.field)
        },
    )


def write_provisional(new: NewHousehold, *, by: Scope, at: datetime) -> Provisional:
    """The rows of such a household; the caller holds the transaction and writes the audit entry.

    A person who has a place in some household already keeps it: whose number it is, is told by
    nothing that happens here.
    """
    household = Household.objects.create(
        household_ref=_BEYOND | secrets.randbits(60),
        household_no=f"N{at:%y}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}",
        division=new.division,
        head_name=new.head_name,
        address=new.address,
        masked_phone=new.masked_phone,
        count_of_members=new.count_of_members,
        is_listed=False,
    )
    made = Provisional.objects.create(
        household=household,
        division=new.division,
        form=new.form.form,
        form_version=new.form.version,
        answers=dict(new.answers),
        identity_ref=new.identity_ref,
        registered_at=at,
        registered_by=by.official,
    )
    if new.identity_ref is not None:
        Member.objects.get_or_create(
            person_ref=new.identity_ref,
            defaults={
                "household": household,
                "name": new.head_name,
                "relation": "",
                "is_head": True,
                "masked_id": new.masked_id,
            },
        )
    return made


def _faults(
    one: FormField, text: str, *, read: IdentityReader | None, today: date
) -> Iterator[Problem]:
    if not text:
        if one.required or one.holds in ("head_name", "members"):
            yield _missing(one)
        return
    if one.type == "count" or one.holds == "members":
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_PEOPLE):
            yield _wrong(
                one, zh=f"写 1 到 {_MOST_PEOPLE} 的整数", en=f"a number from 1 to {_MOST_PEOPLE}"
            )
    elif one.type == "choice" and text not in one.choices:
        yield _wrong(one, zh="从清单中选一项", en="one of the list")
    elif one.holds == "head_name" and re.search(r"[0-9]", text):
        yield _wrong(one, zh="姓名里不应有数字", en="a name without digits")
    elif one.holds == "phone" and not _PHONE.fullmatch(re.sub(r"[\s\-()]", "", text)):
        yield _wrong(one, zh="电话号码只有数字", en="digits only, as they are dialled")
    elif one.holds == "identity" and not _canonical(text, read=read, today=today):
        yield Problem(
            code="IDENTITY_UNREADABLE",
            where=WHERE,
            zh=f"“{one.title.zh}”好像少了一位或错了一位。",
            en=f"{one.title.en}: a sign is missing or wrong.",
            fix_zh="请对着证件再看一遍；没有证件就不填。",
            fix_en="Read it from the card once more; leave it out if there is none.",
            details={"field": one.field},
        )
    elif len(text) > _MOST.get(one.holds or "", 200):
        yield _wrong(one, zh="写短一些", en="fewer words")


def _canonical(text: str, *, read: IdentityReader | None, today: date) -> str:
    """The number in its one form; empty for none, or for what cannot be one."""
    if not text or read is None:
        return ""
    return read(text, today=today).canonical or ""


def _missing(one: FormField) -> Problem:
    return Problem(
        code="ANSWER_MISSING",
        where=WHERE,
        zh=f"“{one.title.zh}”没有填。",
        en=f"This is not answered: {one.title.en}.",
        fix_zh="请填写这一项。",
        fix_en="Fill it in.",
        details={"field": one.field},
    )


def _wrong(one: FormField, *, zh: str, en: str) -> Problem:
    return Problem(
        code="ANSWER_WRONG",
        where=WHERE,
        zh=f"“{one.title.zh}”写法不对：{zh}。",
        en=f"{one.title.en}: {en} is expected.",
        fix_zh="请改正这一项。",
        fix_en="Mend it.",
        details={"field": one.field},
    )


def _unknown(code: str) -> Problem:
    return Problem(
        code="ANSWER_WRONG",
        where=WHERE,
        zh="登记表没有这一项。",
        en="The form has no such field.",
        fix_zh="请更新手机端，重新打开表单。",
        fix_en="Update the phone pages and open the form again.",
        details={"field": code if code.isascii() and len(code) <= 60 else ""},
    )


def _no_form() -> Problem:
    return Problem(
        code="FORM_MISSING",
        where=WHERE,
        zh="本地的政策包没有不在册农户的登记表。",
        en="This pack has no form for households that no registry lists.",
        fix_zh="请先在册登记，再登记线索。",
        fix_en="Have the household registered first, then record the clue.",
    )
