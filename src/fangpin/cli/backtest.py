"""`fangpin backtest` and `fangpin rule try`: what a rule would have found with another value."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from fangpin.backtest import Replay, compare, replay_all
from fangpin.cli.output import errors, print_json, print_table, say
from fangpin.cli.session import Session
from fangpin.policy import Pack
from fangpin.policy.models.nodes import Words
from fangpin.rules.explain import shown
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

rule_app = typer.Typer(no_args_is_help=True, help="规则 Rules.")

RuleName = Annotated[str, typer.Argument(help="a rule's code, such as MED-01")]
Values = Annotated[
    list[str] | None, typer.Option("--set", help="parameter=value, may be given several times")
]
FromMonth = Annotated[str | None, typer.Option("--from", help="YYYY-MM; none: 12 months back")]
ToMonth = Annotated[str | None, typer.Option("--to", help="YYYY-MM; none: the last complete month")]
PackName = Annotated[str | None, typer.Option("--pack")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]

_SOURCES = {
    "officials": (
        "“真有困难”指干部此后识别为监测对象的户。",
        "“Truly in need” are households that officials identified afterwards.",
    ),
    "synthetic": (
        "“真有困难”来自演示数据自带的虚构真相，不是真实家庭。",
        "“Truly in need” comes from the demonstration's invented truth; no real family is meant.",
    ),
}


def backtest(
    rule: RuleName,
    values: Values = None,
    from_month: FromMonth = None,
    to_month: ToMonth = None,
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """Replay a rule month by month with what had arrived then: hits, true hits, precision, recall."""
    answer = _answer(rule, values, from_month, to_month, pack)
    if as_json:
        print_json(answer)
        return
    _say_sentence(answer)
    for told in answer["tries"]:
        title = " ".join(f"{code}={value}" for code, value in told["parameters"].items())
        print_table(
            title or "现行 as it is",
            ["month", "hits", "first_hits", "true_hits"],
            (
                [month["month"], month["hits"], month["first_hits"], month["true_hits"]]
                for month in told["months"]
            ),
        )
        say(
            f"户 households {told['households']:,}，真有困难 truly in need "
            f"{told['true_households']:,}，查准 precision {_share(told['precision'])}，"
            f"查全 recall {_share(told['recall'])}"
        )
    say("\n".join(_SOURCES[answer["truth"]]))


@rule_app.command(name="try")
def try_rule(
    rule: RuleName,
    values: Values = None,
    from_month: FromMonth = None,
    to_month: ToMonth = None,
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """Say in one sentence what another value of a rule's parameter would have meant."""
    if not values:
        raise ProblemError(_nothing_to_try())
    answer = _answer(rule, values, from_month, to_month, pack)
    if as_json:
        print_json(answer)
        return
    _say_sentence(answer)
    say("\n".join(_SOURCES[answer["truth"]]))


def _answer(
    rule: str,
    given: list[str] | None,
    from_month: str | None,
    to_month: str | None,
    pack_name: str | None,
) -> dict[str, Any]:
    session = Session(pack=pack_name)
    session.start_django()
    from fangpin.runs.known_truth import known_truth
    from fangpin.runs.threshold_trial import first_possible

    pack, today = session.pack, session.today()
    values = dict(_value(text) for text in given or [])
    last = _month(to_month) if to_month else Month.last_complete(today)
    first = _month(from_month) if from_month else first_possible(session.home, last)
    truth = known_truth(home=session.home, as_of=today)
    errors.print(f"… {first} – {last}")
    with session.run_engine() as engine:
        replays = replay_all(
            session.home,
            pack,
            rule=rule,
            tries=[{}, values] if values else [{}],
            from_month=first,
            to_month=last,
            truth=truth.months,
            engine=engine,
        )
    window = range(int(first), int(last) + 12)
    in_need = sum(any(month in window for month in months) for months in truth.months.values())
    answer: dict[str, Any] = {
        "rule": replays[0].rule,
        "from": str(first),
        "to": str(last),
        "truth": truth.source,
        "households_in_need": in_need,
        "tries": [_told(one, in_need) for one in replays],
    }
    if values:
        difference = compare(replays[0], replays[1])
        zh, en = _change(pack, values)
        answer |= {
            "more_households": difference.households,
            "more_true_households": difference.true_households,
            "visits_a_find": difference.visits_a_find,
            "sentence_zh": difference.sentence_zh(zh),
            "sentence_en": difference.sentence_en(en),
        }
    return answer


def _told(one: Replay, in_need: int) -> dict[str, Any]:
    true = len(one.true_households)
    return {
        "parameters": {code: str(value) for code, value in one.parameters.items()},
        "households": one.households,
        "true_households": true,
        "precision": round(true / one.households, 4) if one.households else None,
        "recall": round(true / in_need, 4) if in_need else None,
        "months": [
            {
                "month": str(month.month),
                "as_of": month.as_of.isoformat(),
                "hits": month.hits,
                "first_hits": month.first_hits,
                "true_hits": month.true_hits,
            }
            for month in one.months
        ],
    }


def _change(pack: Pack, values: dict[str, Decimal]) -> tuple[str, str]:
    """What was tried, in words: 门诊月标准改为 350 元 / Line of bills at 350 yuan."""
    zh, en = [], []
    for code, value in values.items():
        parameter = pack.parameters[code]
        unit = _unit(pack, parameter.unit)
        zh.append(
            f"{parameter.title.zh}改为 {shown(value, parameter.unit, 'zh')} {unit.zh}".strip()
        )
        en.append(f"{parameter.title.en} at {shown(value, parameter.unit, 'en')} {unit.en}".strip())
    return "、".join(zh), ", ".join(en)


def _unit(pack: Pack, unit: str) -> Words:
    """A unit in both languages: the pack's word of that title; none of a share, which has its sign."""
    if unit in ("share", "ratio"):
        return Words(zh="", en="")
    titles = [word.title for code, word in pack.words.items() if code.startswith("unit.")]
    if pack.header.currency:
        titles.append(pack.header.currency)
    return next((one for one in titles if one.zh == unit), Words(zh=unit, en=unit))


def _say_sentence(answer: dict[str, Any]) -> None:
    if "sentence_zh" in answer:
        say(f"{answer['sentence_zh']}\n{answer['sentence_en']}")


def _value(text: str) -> tuple[str, Decimal]:
    code, equals, value = text.partition("=")
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not equals or not number.is_finite():
        raise ProblemError(
            Problem(
                code="BACKTEST_VALUE",
                where="--set",
                zh="--set 要写成 参数=数值。",
                en="--set takes parameter=number.",
                fix_zh="例如 --set medical.outpatient.month=350",
                fix_en="For example --set medical.outpatient.month=350",
            )
        )
    return code.strip(), number


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        raise ProblemError(
            Problem(
                code="BACKTEST_MONTH",
                where="--from, --to",
                zh="月份要写成 年年年年-月月。",
                en="A month is written YYYY-MM.",
                fix_zh="例如 2020-11",
                fix_en="For example 2020-11",
            )
        ) from None


def _nothing_to_try() -> Problem:
    return Problem(
        code="BACKTEST_NOTHING",
        where="--set",
        zh="没有要试的值。",
        en="There is no value to try.",
        fix_zh="用 --set 参数=数值 给出，例如 --set medical.outpatient.month=350",
        fix_en="Give one by --set parameter=value, for example --set medical.outpatient.month=350",
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
