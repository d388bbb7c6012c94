"""The pack's form as the phone fills it in: fields, choices, causes, words; all in both languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fangpin.casework.cases.gate import words_under
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.provisional import REGISTER, form_of_unregistered
from fangpin.policy import Pack
from fangpin.policy.models.nodes import Words
from fangpin.policy.models.procedures import Form, FormField
from fangpin.web.field.limits import keep_days, paper_minutes
from fangpin.web.field.tasks import ACT, visit_forms
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.unregistered import villages_of


def forms(scope: Scope, at: datetime) -> dict[str, Any]:
    """Everything that the screens of the phone take from the pack, and the official's villages."""
    pack = installation_pack()
    system = pack.words.get("system.name")
    return {
        "pack": pack.id,
        "digest": pack.digest[:16],
        "system": _words(system.title) if system else {"zh": "", "en": ""},
        "currency": _words(pack.header.currency) if pack.header.currency else None,
        "visits": {code: _form(form) for code, form in visit_forms().items()},
        "unregistered": _unregistered(pack) if scope.can(REGISTER) else None,
        "villages": [
            {"code": one.code, "title": {"zh": one.name_zh, "en": one.name_en}}
            for one in villages_of(scope)
        ],
        "verifiers": _minimum(pack, at),
        "causes": [
            {"code": code, "title": _words(one.title), "note": one.note_required}
            for code, one in pack.causes.items()
        ],
        "coping": _listed(words_under(pack, "coping")),
        "consent": _consent(pack),
        "situations": _listed(words_under(pack, "situation")),
        "severities": [
            {
                "rank": one.rank,
                "numeral": one.numeral,
                "shape": one.shape,
                "title": _words(one.title),
            }
            for one in pack.severities
        ],
        "keep_days": keep_days(at),
        "paper_minutes": paper_minutes(at),
    }


def _consent(pack: Pack) -> dict[str, Any]:
    """What the household agrees to, and the ways to sign it."""
    text = pack.words.get("consent.text")
    return {
        "text": _words(text.title) if text else None,
        "forms": _listed(words_under(pack, "consent_form")),
    }


def _unregistered(pack: Pack) -> dict[str, Any] | None:
    """The form of a household that no registry lists; None where the pack has none."""
    form = form_of_unregistered(pack)
    return _form(form) if form else None


def _minimum(pack: Pack, at: datetime) -> int:
    """How many verify a visit, by the procedures in force; 1 where none says."""
    needed = 1
    for procedure in pack.procedures_in_force(at.date()):
        for step in procedure.steps:
            parameter = step.minimum.get("verifiers") if step.act == ACT else None
            if parameter:
                value = pack.parameter(parameter, at=at.date(), division=None)
                needed = max(needed, int(value.number))
    return needed


def _form(form: Form) -> dict[str, Any]:
    return {
        "form": form.form,
        "version": form.version,
        "title": _words(form.title),
        "blocks": [{"block": one.block, "title": _words(one.title)} for one in form.blocks],
        "fields": [_field(one) for one in form.fields],
        "attachments": _listed(form.attachments),
    }


def _field(field: FormField) -> dict[str, Any]:
    return {
        "field": field.field,
        "title": _words(field.title),
        "block": field.block,
        "type": field.type,
        "unit": field.unit,
        "choices": _listed(field.choices),
        "required": field.required,
        "is_known": field.prefill is not None,
        "hint": _words(field.hint) if field.hint else None,
        "holds": field.holds,
    }


def _listed(words: dict[str, Words]) -> list[dict[str, Any]]:
    return [{"code": code, "title": _words(title)} for code, title in words.items()]


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
