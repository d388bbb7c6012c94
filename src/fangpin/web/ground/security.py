"""The content security policy, written in the order of the settings on every answer."""

from __future__ import annotations

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "Content-Security-Policy"


class PolicyMiddleware(CSPMiddleware):
    """django-csp writes directives in the order of a hash; here two processes agree to the byte."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Put the directives in the order of the settings."""
        response = super().process_response(request, response)
        order = list(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
        if HEADER in response.headers:
            parts = response.headers[HEADER].split("; ")
            response.headers[HEADER] = "; ".join(
                sorted(parts, key=lambda part: order.index(part.split(" ")[0]))
            )
        return response
