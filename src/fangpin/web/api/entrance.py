"""Who may push: a department's own system, by a token in the Authorization header of each request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from fangpin.casework.uploads.tokens import scope_of_token
from fangpin.web.api.problems import method_not_allowed, token_refused, told
from fangpin.web.ground.access import ConsoleRequest, admits

View = TypeVar("View", bound=Callable[..., HttpResponse])


def with_token(*methods: str) -> Callable[[View], View]:
    """A view for whoever bears a token. A session opens nothing here, so no form token is needed."""

    def entered(view: View) -> View:
        return csrf_exempt(admits(_enter)(told(_of_methods(methods, view))))

    return entered


def _of_methods(methods: tuple[str, ...], view: View) -> View:
    @wraps(view)
    def answered(request: ConsoleRequest, *args: Any, **keywords: Any) -> HttpResponse:
        if request.method not in methods:
            return method_not_allowed(methods)
        return view(request, *args, **keywords)

    return answered  # type: ignore[return-value]


def _enter(request: ConsoleRequest) -> HttpResponse | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        request.scope = scope_of_token(token.strip(), on=request.today)
    return token_refused() if request.scope.is_empty else None
