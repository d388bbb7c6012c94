"""Serve the door of an invented village: `python -m tests.public.serve HOME PORT` (0: any free port).

Prints one JSON line once it answers: the address, the village's door, a receipt that officials have
decided on, and the last four digits that open it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from wsgiref.simple_server import make_server

from tests.field.serve import Busy
from tests.web.serve import Handler


def main(home: Path, port: int) -> None:
    """Make the home's database, then serve until killed."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="fangpin.web.settings",
        FANGPIN_HOME=str(home),
        FANGPIN_PACK="cn_hunan_chenzhou",
        FANGPIN_CLOCK="2020-05-12",
    )
    home.mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS.append("testserver")
    call_command("migrate", verbosity=0)
    told = _seed()
    from fangpin.web.wsgi import application

    server = make_server("127.0.0.1", port, application, Busy, Handler)
    told["address"] = f"http://127.0.0.1:{server.server_port}"
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    server.serve_forever()


def _seed() -> dict[str, str | int]:
    """A village with real names, its offices, and a declaration that has its result and an appeal."""
    from fangpin.casework.audit import actions as audit
    from fangpin.casework.declarations.models import Declaration
    from fangpin.casework.divisions.actions import sync_divisions
    from fangpin.casework.registry.models import Member
    from fangpin.web.ground.keys import door_keys
    from tests.casework.cases_world import DAY, build_household, moment, pack
    from tests.cast import VILLAGE, build_cast
    from tests.public.world import KNOWN, PHONE, Village

    sync_divisions(divisions=pack().divisions)
    cast = build_cast()
    household = build_household()
    Member.objects.create(
        person_ref=door_keys().person_ref(KNOWN),
        household=household,
        name="李某",
        relation="head",
        is_head=True,
    )
    village = Village(VILLAGE, door_keys().village_check(VILLAGE), cast)
    farmer = village.farmer()
    row = farmer.declare()
    Declaration.objects.filter(pk=row.pk).update(received_at=moment(DAY, 0))
    row.refresh_from_db()
    there = village.visited(row)
    for person in (cast.reviewer, cast.cadre):
        scope = village.office.scope(person)
        audit.record(
            act="view_household",
            official=scope,
            subject_kind="household",
            subject=str(household.household_ref),
            division=VILLAGE,
            at=moment(DAY, 3),
            detail={"role": scope.role},
        )
    there.act("find_not_at_risk", cast.reviewer, reason="income_stable", note="收入稳定")
    farmer.look_up(row.receipt_no)
    given = {"text": "我妻子还在吃药，每月八百多，家里只有低保。", "key": "b" * 32}
    farmer.client.post("/declare/progress/appeal/", given)
    return {
        "door": village.address,
        "receipt": row.receipt_no,
        "phone": PHONE[-4:],
        "declared": 1,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
