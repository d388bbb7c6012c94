"""Procedures, forms and duties: what they name exists, and a case can come to its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.models.lists import Word
from fangpin.policy.models.procedures import FIRST_CLUE, Duty, Form, Procedure
from fangpin.policy.reading.entries import Entry
from fangpin.values.problem import Problem

CHANNEL = "channel."
ACT = "act."
ATTACHMENT = "attachment."
REGISTER_HOUSEHOLD = "register_household"


def words_under(book: Book, prefix: str) -> set[str]:
    """The pack's words that begin with a prefix, without it."""
    return {
        word.word.removeprefix(prefix)
        for _, word in book.all("word", Word)
        if word.word.startswith(prefix)
    }


def procedure_references_exist(book: Book) -> Iterator[Problem]:
    """PROCEDURE_STEP, _ROLE, _ACT, _CHANNEL, _PARAMETER, _SEVERITY, _CAUSE: names that exist."""
    roles, parameters = book.codes("role"), book.codes("parameter")
    severities, causes = book.codes("severity"), book.codes("cause")
    channels, acts = words_under(book, CHANNEL), words_under(book, ACT)
    for entry, procedure in book.all("procedure", Procedure):
        steps = {step.step for step in procedure.steps}
        by = ("procedure", procedure.procedure)

        def named(
            kind: str,
            noun: str,
            written: Iterable[str],
            valid: set[str],
            *path: str | int,
            entry: Entry = entry,
            by: tuple[str, str] = by,
        ) -> Iterator[Problem]:
            for one in written:
                if one not in valid:
                    yield unknown(
                        code=kind,
                        noun=noun,
                        written=one,
                        where=entry.where(*path),
                        valid=valid,
                        by=by,
                    )

        yield from named("PROCEDURE_CHANNEL", "channel", procedure.channels, channels, "channels")
        for index, step in enumerate(procedure.steps):
            at = ("steps", index)
            yield from named("PROCEDURE_STEP", "step", step.after, steps, *at, "after")
            yield from named("PROCEDURE_STEP", "step", step.may_return_to, steps, *at)
            yield from named("PROCEDURE_ROLE", "role", step.by, roles, *at, "by")
            yield from named("PROCEDURE_ACT", "act", [step.act], acts, *at, "act")
            yield from named("PROCEDURE_CHANNEL", "channel", step.channels, channels, *at)
            minimum = step.minimum.values()
            yield from named("PROCEDURE_PARAMETER", "parameter", minimum, parameters, *at)
        for index, clock in enumerate(procedure.clocks):
            at = ("clocks", index)
            begins = acts | {FIRST_CLUE}
            yield from named("PROCEDURE_ACT", "act", [clock.starts], begins, *at, "starts")
            yield from named("PROCEDURE_ACT", "act", clock.ends, acts, *at, "ends")
            yield from named("PROCEDURE_PARAMETER", "parameter", [clock.days], parameters, *at)
            yield from named("PROCEDURE_CHANNEL", "channel", clock.channels, channels, *at)
            overdue = [clock.overdue] if clock.overdue else []
            yield from named("PROCEDURE_SEVERITY", "severity", overdue, severities, *at)
            for rung in clock.escalation:
                yield from named("PROCEDURE_ROLE", "role", [rung.role], roles, *at)
                yield from named("PROCEDURE_PARAMETER", "parameter", [rung.after], parameters, *at)
        for index, way in enumerate(procedure.exits):
            at = ("exits", index)
            yield from named("PROCEDURE_STEP", "step", [*way.after, *way.before], steps, *at)
            yield from named("PROCEDURE_ROLE", "role", way.by, roles, *at, "by")
            yield from named("PROCEDURE_ACT", "act", [way.act], acts, *at, "act")
        green = procedure.green_channel
        if green is not None:
            at_green = ("green_channel",)
            yield from named("PROCEDURE_CAUSE", "cause", green.causes, causes, *at_green)
            yield from named("PROCEDURE_ACT", "act", green.acts, acts, *at_green)
            yield from named("PROCEDURE_ROLE", "role", green.by, roles, *at_green)


def procedures_come_to_an_end(book: Book) -> Iterator[Problem]:
    """PROCEDURE_CIRCLE: steps that wait for each other. PROCEDURE_ACT_TWICE: one act, two steps."""
    for entry, procedure in book.all("procedure", Procedure):
        steps = {step.step: step for step in procedure.steps}
        reached: set[str] = set()
        # A step that does not exist was told of: here nothing waits for it.
        while ready := [
            step.step
            for step in steps.values()
            if step.step not in reached and set(step.after) & steps.keys() <= reached
        ]:
            reached |= set(ready)
        stuck = [step for step in steps if step not in reached]
        if stuck:
            yield Problem(
                code="PROCEDURE_CIRCLE",
                where=entry.where("steps"),
                zh=f"程序“{procedure.procedure}”的环节互相等待，永远轮不到：{'、'.join(stuck)}。",
                en=f"Steps of the procedure '{procedure.procedure}' wait for each other and are never "
                f"reached: {', '.join(stuck)}.",
                fix_zh="改正这些环节的 after。",
                fix_en="Mend the `after` of these steps.",
            )
        seen: dict[str, str] = {}
        for index, step in enumerate(procedure.steps):
            other = seen.setdefault(step.act, step.step)
            if other != step.step:
                yield Problem(
                    code="PROCEDURE_ACT_TWICE",
                    where=entry.where("steps", index, "act"),
                    zh=f"动作“{step.act}”已由环节“{other}”使用，一个动作只完成一个环节。",
                    en=f"The act '{step.act}' already completes the step '{other}'; one act "
                    "completes one step.",
                    fix_zh="换一个动作，或合并这两个环节。",
                    fix_en="Use another act, or join the two steps.",
                )


def exits_have_reasons(book: Book) -> Iterator[Problem]:
    """EXIT_WITHOUT_REASONS: words.yaml lists no reason under the exit's code."""
    words = words_under(book, "")
    for entry, procedure in book.all("procedure", Procedure):
        for index, way in enumerate(procedure.exits):
            if not any(word.startswith(f"{way.reasons}.") for word in words):
                yield Problem(
                    code="EXIT_WITHOUT_REASONS",
                    where=entry.where("exits", index, "reasons"),
                    zh=f"words.yaml 没有以“{way.reasons}.”开头的原因。",
                    en=f"words.yaml has no reason that begins with '{way.reasons}.'.",
                    fix_zh="在 words.yaml 中列出可选的原因。",
                    fix_en="List the reasons in words.yaml.",
                )


def forms_hang_together(book: Book) -> Iterator[Problem]:
    """FORM_BLOCK, FORM_ACT, FORM_CHOICES, FORM_FIELD_TWICE: what a form names exists, once."""
    acts = words_under(book, ACT)
    for entry, form in book.all("form", Form):
        by = ("form", form.form)
        blocks = {block.block for block in form.blocks}
        if form.act not in acts:
            yield unknown(
                code="FORM_ACT",
                noun="act",
                written=form.act,
                where=entry.where("act"),
                valid=acts,
                by=by,
            )
        seen: set[str] = set()
        for index, field in enumerate(form.fields):
            where = entry.where("fields", index)
            if field.block not in blocks:
                yield unknown(
                    code="FORM_BLOCK",
                    noun="block",
                    written=field.block,
                    where=where,
                    valid=blocks,
                    by=by,
                )
            if (field.type == "choice") != bool(field.choices):
                yield Problem(
                    code="FORM_CHOICES",
                    where=where,
                    zh=f"表单字段“{field.field}”：choice 类型要有 choices，其他类型不能有。",
                    en=f"The form field '{field.field}': a choice has `choices`, other types have none.",
                    fix_zh="写明选项，或改正类型。",
                    fix_en="State the choices, or mend the type.",
                )
            if field.field in seen:
                yield Problem(
                    code="FORM_FIELD_TWICE",
                    where=where,
                    zh=f"表单字段“{field.field}”写了两次。",
                    en=f"The form field '{field.field}' stands twice.",
                    fix_zh="改名或删去一个。",
                    fix_en="Rename or remove one.",
                )
            seen.add(field.field)


def forms_of_unregistered_households_name_one(book: Book) -> Iterator[Problem]:
    """FORM_HOLDS: the form asks who heads the household and how many live in it, each thing once."""
    for entry, form in book.all("form", Form):
        held = [field.holds for field in form.fields if field.holds]
        is_theirs = form.act == REGISTER_HOUSEHOLD
        lacking = {"head_name", "members"} - set(held) if is_theirs else set()
        if (is_theirs and (lacking or len(held) != len(set(held)))) or (held and not is_theirs):
            yield Problem(
                code="FORM_HOLDS",
                where=entry.where("fields"),
                zh=f"表单“{form.form}”：只有办“{REGISTER_HOUSEHOLD}”的表单用 holds，须有 head_name 和"
                " members，每项一次。",
                en=f"The form '{form.form}': only a form of the act '{REGISTER_HOUSEHOLD}' uses `holds`, "
                "with head_name and members, each once.",
                fix_zh="补上或去掉这些字段的 holds。",
                fix_en="Add `holds` to the fields, or remove it.",
            )


def duty_references_exist(book: Book) -> Iterator[Problem]:
    """DUTY_GROUP, DUTY_PARAMETER, DUTY_ROLE, DUTY_CATEGORY: what a duty names exists."""
    words, parameters = words_under(book, ""), book.codes("parameter")
    roles, categories = book.codes("role"), book.codes("category")
    for entry, duty in book.all("duty", Duty):
        named: list[tuple[str, str, str, set[str], tuple[str | int, ...]]] = [
            ("DUTY_GROUP", "word", duty.group, words, ("group",))
        ]
        if duty.days:
            named.append(("DUTY_PARAMETER", "parameter", duty.days, parameters, ("days",)))
        for place, rhythm in enumerate(duty.rhythm):
            at: tuple[str | int, ...] = ("rhythm", place)
            named += [
                ("DUTY_CATEGORY", "category", rhythm.category, categories, at),
                ("DUTY_ROLE", "role", rhythm.role, roles, at),
                ("DUTY_PARAMETER", "parameter", rhythm.visits, parameters, at),
                ("DUTY_PARAMETER", "parameter", rhythm.months, parameters, at),
            ]
        for code, noun, written, valid, path in named:
            if written not in valid:
                yield unknown(
                    code=code,
                    noun=noun,
                    written=written,
                    where=entry.where(*path),
                    valid=valid,
                    by=("duty", duty.duty),
                )
