"""A good pack: what it holds, where each entry stands, how a child pack lies over its parent."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fangpin.policy import Pack, load_case_file, load_pack
from fangpin.values.problem import ProblemError

PACKS = Path(__file__).parent / "packs"


@pytest.fixture
def river() -> Pack:
    return load_pack(PACKS / "river")


@pytest.fixture
def river_north() -> Pack:
    return load_pack(PACKS / "river_north")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the river pack that a test may change."""
    return Path(shutil.copytree(PACKS / "river", tmp_path / "river"))


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


# ── what a pack holds ───────────────────────────────────────────────────────────────────────────


def test_severities_stand_in_the_order_of_urgency(river: Pack) -> None:
    assert [severity.severity for severity in river.severities] == ["urgent", "soon"]


def test_groups_and_causes_stand_in_their_order(river: Pack) -> None:
    assert list(river.groups) == ["expense.medical", "income.wages"]
    assert list(river.causes) == ["illness", "flood"]


def test_only_the_edition_in_force_judges(river: Pack) -> None:
    editions = {
        day: [rule.edition for rule in river.rules_in_force(date.fromisoformat(day))]
        for day in ("2018-12-31", "2019-12-31", "2020-01-01", "2030-01-01")
    }

    assert editions == {"2018-12-31": [], "2019-12-31": [1], "2020-01-01": [2], "2030-01-01": [2]}


def test_a_category_is_in_force_from_its_day(river: Pack) -> None:
    assert river.categories_in_force(date(2018, 12, 31)) == ()
    assert [one.category for one in river.categories_in_force(date(2019, 1, 1))] == ["at_the_edge"]


def test_a_feed_names_its_department(river: Pack) -> None:
    assert river.department_of("health.bills").department == "health"
    with pytest.raises(ProblemError) as refused:
        river.department_of("health.bill")
    assert "health.bills" in refused.value.problems[0].fix_en


def test_every_entry_knows_its_file_and_line(river: Pack) -> None:
    place = (PACKS / "river").as_posix()

    assert river.place_of("parameter", "income.line") == f"{place}/parameters/lines.yaml:2"
    assert river.place_of("rule", "high_medical_cost") == f"{place}/rules/medical.yaml:18"
    assert river.place_of("rule", "high_medical_cost@1") == f"{place}/rules/medical.yaml:2"
    assert (
        river.place_of("rule", "high_medical_cost", "severity", 0, "when")
        == f"{place}/rules/medical.yaml:26"
    )
    assert river.place_of("contract", "work.yearly_grants") == f"{place}/feeds/work.yaml:19"


def test_a_place_is_the_path_as_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PACKS)

    assert load_pack(Path("river")).place_of("word", "household.one") == "river/words.yaml:2"
    assert load_pack(Path("river_north")).place_of("word", "household.one") == "river/words.yaml:2"


def test_figures_are_exact_and_codes_are_text(river: Pack) -> None:
    values = river.parameters["income.line"].values

    assert [str(value.value) for value in values] == ["4000", "4200", "4500.50", "5000"]
    assert all(isinstance(value.value, Decimal) for value in values)
    assert river.contracts["health.bills"].fields[5].values == {
        "true": ["是", "1"],
        "false": ["否", "0"],
    }


def test_cases_carry_their_place_and_keep_years_and_months_as_text(river: Pack) -> None:
    cases = river.cases()

    place, case = cases[0]
    assert place.endswith("river/cases/medical.yaml:2")
    assert case.ledger["medical_own"] == {"2020-04": Decimal(1000), "2020-11": Decimal("2000.00")}
    assert case.ledger["grant_year"] == {"2019": Decimal(500)}
    assert case.expect.alert != "none"
    assert load_case_file(PACKS / "river" / "cases" / "medical.yaml") == cases


def test_a_case_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as refused:
        load_case_file(tmp_path / "none.yaml")

    assert refused.value.problems[0].code == "CASE_FILE_MISSING"


# ── overlays ────────────────────────────────────────────────────────────────────────────────────


def test_a_child_replaces_what_it_declares_and_inherits_the_rest(river_north: Pack) -> None:
    at = date(2020, 5, 1)

    assert river_north.id == "river_north"
    assert river_north.parameter("medical.line", at=at, division=None).value == 2500
    assert river_north.parameter("income.line", at=at, division=None).value == 4200
    assert river_north.parameter("wage.line", at=at, division=None).source == "north_order"
    assert river_north.header.registry is not None
    assert river_north.header.registry.feed == "registry.members"
    assert river_north.header.school_year_start_month == 9
    assert river_north.header.root_division == "R03"
    assert [directory.name for directory in river_north.directories] == ["river", "river_north"]


def test_a_child_may_send_more_feeds_from_a_parents_department(river_north: Pack) -> None:
    work = river_north.departments["work"]

    assert [feed.feed for feed in work.feeds] == [
        "work.wages",
        "work.yearly_grants",
        "work.absences",
    ]
    assert river_north.department_of("work.absences") == work


def test_a_child_unites_its_divisions_with_its_parents(river_north: Pack) -> None:
    assert len(river_north.divisions) == 8
    assert river_north.divisions.get("R0301").parent == "R03"


def test_a_childs_cases_are_its_own(river_north: Pack) -> None:
    assert river_north.cases() == []


def test_a_child_replaces_all_editions_of_a_rule(copy: Path) -> None:
    child = copy.parent / "child"
    (child / "rules").mkdir(parents=True)
    (child / "pack.yaml").write_text("pack: child\nextends: river\ntitle: {zh: 子, en: Child}\n")
    text = (copy / "rules" / "medical.yaml").read_text("utf-8")
    second = text[text.rindex("  - rule:") :].replace(
        "edition: 2", "edition: 3\n    override: true"
    )
    (child / "rules" / "medical.yaml").write_text("rules:\n" + second, "utf-8")

    assert [rule.edition for rule in load_pack(child).rules] == [3]


# ── every mistake at once ───────────────────────────────────────────────────────────────────────


def test_all_mistakes_of_all_files_are_told_together(copy: Path) -> None:
    rewrite(copy / "severities.yaml", "shape: circle", "shape: round")
    rewrite(copy / "parameters" / "lines.yaml", "to: 2020-01-01", "to: 2020-13-01")
    rewrite(copy / "risk_causes.yaml", "order: 2", "order: second")
    rewrite(copy / "rules" / "medical.yaml", "evidence: [medical_own]", "evidence: [medical]")

    with pytest.raises(ProblemError) as refused:
        load_pack(copy)

    assert sorted(problem.code for problem in refused.value.problems) == [
        "RULE_EVIDENCE",
        "VALUE_NOT_ALLOWED",
        "WRONG_TYPE",
        "YAML_DATE",
    ]


def test_a_refused_entry_is_not_told_again_where_it_is_named(copy: Path) -> None:
    rewrite(copy / "feeds" / "health.yaml", "absence: zero", "absence: none")

    with pytest.raises(ProblemError) as refused:
        load_pack(copy)

    assert [problem.code for problem in refused.value.problems] == ["VALUE_NOT_ALLOWED"]


# ── digest ──────────────────────────────────────────────────────────────────────────────────────


def test_the_digest_stays_when_only_layout_comments_and_cases_change(
    copy: Path, river: Pack
) -> None:
    rewrite(copy / "severities.yaml", "severities:", "# by urgency\nseverities:\n")
    causes = (copy / "risk_causes.yaml").read_text("utf-8")
    (copy / "risk_causes.yaml").write_bytes(causes.replace("\n", "\r\n").encode("utf-8-sig"))
    rewrite(copy / "cases" / "medical.yaml", "2000.00", "2500")

    assert load_pack(copy).digest == river.digest


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("parameters/lines.yaml", "value: 3000", "value: 3001"),
        ("rules/medical.yaml", "12 > param", "12 >= param"),
        ("sources.yaml", "section 4", "section 5"),
        ("divisions.csv", "First village", "Foremost village"),
    ],
)
def test_the_digest_changes_with_what_is_stated(
    copy: Path, river: Pack, file: str, old: str, new: str
) -> None:
    rewrite(copy / file, old, new)

    assert load_pack(copy).digest != river.digest


def test_a_childs_digest_depends_on_its_parent(copy: Path, river_north: Pack) -> None:
    child = Path(shutil.copytree(PACKS / "river_north", copy.parent / "river_north"))
    assert load_pack(child).digest == river_north.digest

    rewrite(copy / "parameters" / "lines.yaml", "value: 4200", "value: 4300")
    assert load_pack(child).digest != river_north.digest
