"""How many fields the visit's form asks of the households of an installation.

`FANGPIN_HOME=… python -m bench.asked`: over the households of open alerts and of cases.
"""

from __future__ import annotations

import os
from collections import Counter
from statistics import median


def main() -> None:
    """Print the median, the spread and which fields are asked most."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangpin.web.settings")
    import django

    django.setup()
    from fangpin.casework.alerts.models import Alert
    from fangpin.casework.cases.asking import questions_of
    from fangpin.casework.cases.models import Case
    from fangpin.web.ground.access import moment
    from fangpin.web.ground.pack import installation_pack

    pack = installation_pack()
    forms = pack.forms.values()
    form = next(one for one in forms if (one.act, one.kind) == ("record_visit", "identification"))
    rows = [*Alert.objects.filter(state="open").select_related("household")]
    rows += [*Case.objects.select_related("household")]
    counts: list[int] = []
    asked: Counter[str] = Counter()
    for household in {row.household_id: row.household for row in rows}.values():
        found = questions_of(pack, form, household, visit=None, on=moment().date())
        names = [one.field.field for one in found if one.is_asked]
        counts.append(len(names))
        asked.update(names)
    spread = ", ".join(f"{number}: {times}" for number, times in sorted(Counter(counts).items()))
    print(f"{len(counts)} households, {len(form.fields)} fields; median asked {median(counts):g}")
    print(f"  fields asked: households   {spread}")
    print("  " + ", ".join(f"{name} {times}" for name, times in asked.most_common()))


if __name__ == "__main__":
    main()
