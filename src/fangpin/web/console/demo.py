"""Whether this installation is a demonstration, and which."""

from __future__ import annotations

from django.conf import settings

from fangpin.lake.home import Home
from fangpin.policy.models.demos import DemoRecipe
from fangpin.runs.demo.demonstration import recipe_of
from fangpin.web.ground.pack import installation_pack


def demo_recipe() -> DemoRecipe | None:
    """The recipe of this demonstration; None for a real installation."""
    if not settings.FANGPIN.demo:
        return None
    return recipe_of(home=Home(settings.FANGPIN.home), pack=installation_pack())
