"""The forms of official acts, one class an act: what is asked, and the act that is then called."""

from fangpin.web.console.cases.forms.base import ActForm
from fangpin.web.console.cases.forms.register import FORMS

__all__ = ["FORMS", "ActForm"]
