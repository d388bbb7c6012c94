"""Moving a demonstration's clock: the days in which officials work, and the runs that come due."""

from __future__ import annotations

import fcntl
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from fangpin.lake.home import Home
from fangpin.runs.demo.demonstration import advance, run_days
from fangpin.values.problem import Problem
from fangpin.web.console.demo import demo_recipe
from fangpin.web.console.views.errors import refused
from fangpin.web.ground.access import ANY_POST, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack

LONGEST = 400


@opens(ANY_POST)
@require_POST
def move_clock(request: ConsoleRequest) -> HttpResponse:
    """Move the clock of a demonstration by some days, or to the next monthly run.

    Raises Http404 for an installation that is no demonstration.
    """
    home, pack = Home(settings.FANGPIN.home), installation_pack()
    recipe = demo_recipe()
    if recipe is None or recipe.until is None:
        raise Http404
    asked = request.POST.get("days", "")
    if asked == "run":
        coming = run_days(recipe, after=request.today, to=recipe.until)
        to = coming[0] if coming else recipe.until
    elif asked.isdigit() and 0 < int(asked) <= LONGEST:
        to = request.today + timedelta(days=int(asked))
    else:
        raise Http404
    with (home.root / ".demo.moving").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return refused(request, _moving())
        advance(home=home, pack=pack, recipe=recipe, to=to)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")


def _moving() -> Problem:
    return Problem(
        code="CLOCK_MOVING",
        where="demo clock",
        zh="演示时钟正在推进，请稍候。",
        en="The demonstration's clock is being moved; wait a moment.",
        fix_zh="几秒钟后刷新页面。",
        fix_en="Reload the page in a few seconds.",
    )
