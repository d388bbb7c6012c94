"""Households that no registry lists: the list, a new one, and which household of the registry it is."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from fangpin.casework.audit import actions as audit
from fangpin.casework.cases import acts
from fangpin.casework.cases import queries as cases
from fangpin.casework.cases.acts.unregistered import JOIN, PART
from fangpin.casework.cases.states import CaseState
from fangpin.casework.declarations import queries as declared
from fangpin.casework.declarations.acts import ATTACH
from fangpin.casework.declarations.models import Declaration, DeclarationState
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.queries import names_of
from fangpin.casework.officials.scope import narrow_to
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household, Provisional
from fangpin.casework.registry.provisional import REGISTER, form_of_unregistered
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.forms.unregistered import Join, NewHousehold, Part
from fangpin.web.console.done import on_to
from fangpin.web.console.frame import chosen_division
from fangpin.web.ground.access import SEE_CASE, SEE_HOUSEHOLD, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

LATEST, FOUND = 30, 20


@opens(SEE_HOUSEHOLD)
@require_safe
def unregistered(request: ConsoleRequest) -> HttpResponse:
    """Those that wait for the registry, the latest first; then the latest that were joined."""
    division, scope = chosen_division(request)
    waiting = list(registry.provisionals(scope, is_joined=False)[:200])
    joined = [
        (one, join)
        for one in registry.provisionals(scope, is_joined=True)[:LATEST]
        if (join := registry.join_of(scope, one.pk)) is not None
    ]
    every = [*waiting, *(one for one, _ in joined)]
    paths = divisions.paths({one.household.division for one in every})
    names = names_of(one.registered_by for one in every)
    context = {
        "division": division,
        "waiting": [
            (
                one,
                paths[one.household.division][-2:],
                names.get(one.registered_by, one.registered_by),
                registry.same_person(request.scope, one),
            )
            for one in waiting
        ],
        "joined": [(one, join, paths[one.household.division][-2:]) for one, join in joined],
        "may_register": request.scope.can(REGISTER) and request.scope.can(SEE_CASE),
    }
    return render(request, "console/unregistered.html", context)


@opens(REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: ConsoleRequest) -> HttpResponse:
    """Write one down with its clue; then its case. Raises Http404 where the pack has no form."""
    return _new(request, None)


@opens(ATTACH)
@require_http_methods(["GET", "HEAD", "POST"])
def register_declared(request: ConsoleRequest, receipt_no: str) -> HttpResponse:
    """The household of a declaration that no registry lists. Raises Http404 outside the scope, or
    where somebody has placed or answered the declaration."""
    try:
        found = declared.declaration(request.scope, receipt_no)
    except Declaration.DoesNotExist:
        raise Http404 from None
    if not request.scope.can(REGISTER):
        raise Http404
    if found.state != DeclarationState.RECEIVED and request.method != "POST":
        return redirect("declaration", found.receipt_no)
    return _new(request, found)


def _new(request: ConsoleRequest, declaration: Declaration | None) -> HttpResponse:
    pack = installation_pack()
    if form_of_unregistered(pack) is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = NewHousehold(pack=pack, request=request, declaration=declaration, data=data)
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                case_no = form.carry_out()
            except ProblemError as error:
                form.refused(error.problems)
                status = 409
            else:
                return on_to("case", case_no, done=REGISTER)
    place = declaration.division if declaration else request.scope.divisions[0]
    path = divisions.path(place)
    request.focus = path[-1] if path else None  # type: ignore[attr-defined]
    paths = divisions.paths({one.division for one in form.known})
    context = {
        "form": form,
        "declaration": declaration,
        "known": [(one, paths[one.division][-2:]) for one in form.known],
    }
    return render(request, "console/unregistered_new.html", context, status=status)


@opens(SEE_HOUSEHOLD)
@require_http_methods(["GET", "HEAD", "POST"])
def unregistered_one(request: ConsoleRequest, household_ref: int) -> HttpResponse:
    """What is known of one, and households that it may be; posted, it is joined or parted.

    Raises Http404 outside the scope. Opening it is on the record, as that of any household.
    """
    try:
        one = registry.provisional(request.scope, household_ref)
    except Provisional.DoesNotExist:
        raise Http404 from None
    form: Join | Part | None = None
    if request.method == "POST":
        form = _posted(request, one)
        if form is None:
            return on_to("unregistered-one", one.pk, done=JOIN if "to" in request.POST else PART)
    else:
        audit.record(
            act="view_household",
            official=request.scope,
            subject_kind="household",
            subject=str(one.pk),
            division=one.household.division,
            at=request.at,
            detail={"role": request.scope.role},
        )
    path = divisions.path(one.household.division)
    request.focus = path[-1] if path else None  # type: ignore[attr-defined]
    join = registry.join_of(request.scope, one.pk)
    kind = Part if join else Join
    joined_by = join.join.joined_by if join else ""
    context = {
        "one": one,
        "household": one.household,
        "path": path,
        "answers": _answers(one),
        "by": names_of([one.registered_by]).get(one.registered_by, one.registered_by),
        "join": join,
        "joiner": names_of([joined_by]).get(joined_by, joined_by),
        "open_case": _open_case(request, one),
        "form": form,
        # What is asked now; refused as out of date, the form sent is not the one that is asked.
        "asked": form if isinstance(form, kind) else _asking(kind),
        **_to_choose(request, one, is_joined=join is not None),
        "may_join": request.scope.can(JOIN),
        "may_part": request.scope.can(PART),
    }
    status = 409 if form is not None else 200
    return render(request, "console/unregistered_one.html", context, status=status)


def _posted(request: ConsoleRequest, one: Provisional) -> Join | Part | None:
    """The form with what was refused; None: it was done. Raises Http404 for what is not there."""
    is_join = "to" in request.POST
    if not request.scope.can(JOIN if is_join else PART):
        raise Http404
    form = _asking(Join if is_join else Part, request.POST)
    if not form.is_valid():
        if "to" in form.errors:
            raise Http404
        return form
    given: dict[str, Any] = {
        "pack": installation_pack(),
        "household_ref": one.pk,
        "by": request.scope,
        "at": request.at,
        "note": form.cleaned_data["note"],
    }
    try:
        if is_join:
            acts.join_household(**given, to_ref=form.cleaned_data["to"])
        else:
            acts.part_household(**given)
    except (Household.DoesNotExist, OverflowError):
        raise Http404 from None
    except ProblemError as error:
        form.refused(error.problems)
        return form
    return None


def _asking(kind: type[Join] | type[Part], data: Any = None) -> Join | Part:
    form = kind(data, auto_id="f-%s", label_suffix="")
    form.speak()
    return form


def _to_choose(request: ConsoleRequest, one: Provisional, *, is_joined: bool) -> dict[str, Any]:
    """Listed households that it may be: the same number first, then the same head, or what is
    searched for."""
    if is_joined or not request.scope.can(JOIN):
        return {}
    # What was searched for goes with the form: refused, it shows the same households again.
    text = (request.POST.get("q") or request.GET.get("q", "")).strip()
    same = registry.same_person(request.scope, one)
    scope = request.scope if text else narrow_to(request.scope, one.household.division)
    found = registry.matching(scope, text or one.household.head_name).filter(is_listed=True)
    rows = list(
        found.exclude(pk=same.pk if same else 0).order_by("division", "household_no")[:FOUND]
    )
    every = [*([same] if same and same.is_listed else []), *rows]
    paths = divisions.paths({row.division for row in every})
    return {
        "text": text,
        "found": [(row, paths[row.division][-2:], row == same) for row in every],
    }


def _answers(one: Provisional) -> list[tuple[str, str]]:
    """(title, value) of the answers that are no column of the household."""
    form = installation_pack().forms.get(one.form)
    fields = {field.field: field for field in form.fields} if form else {}
    told = []
    for code, value in one.answers.items():
        field = fields.get(code)
        choice = field.choices.get(value) if field else None
        told.append((said(field.title) if field else code, said(choice) if choice else value))
    return told


def _open_case(request: ConsoleRequest, one: Provisional) -> Any:
    if not request.scope.can(SEE_CASE):
        return None
    found = cases.cases_of_household(request.scope, one.pk)
    return found[0] if found and found[0].state == CaseState.OPEN else None
