"""The cookie that holds the refresh token, and the one beside it that scripts may read."""

from typing import Optional

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework_simplejwt.settings import api_settings

from .models import RefreshSession
from .tokens import Presented, read_token, write_token

NAME = getattr(settings, "REFRESH_COOKIE_NAME", "refresh_token")
# The API never sees it, so no log of the API can hold it.
PATH = getattr(settings, "REFRESH_COOKIE_PATH", "/auth/")
# False in development over plain http only.
SECURE = getattr(settings, "REFRESH_COOKIE_SECURE", True)
# 'Strict' also keeps it from a first request that comes from another site's link. A refresh comes from the page itself.
SAME_SITE = getattr(settings, "REFRESH_COOKIE_SAMESITE", "Strict")
# For the client's option `hintCookie`: whether there is a session, which one, and which rotation. It holds no secret: the
# refresh token is signed, and can't be made from these names.
HINT_NAME = getattr(settings, "REFRESH_HINT_COOKIE_NAME", "has_session")
# What subdomains that share a session have in common, else None. That of the refresh token is to be the same.
DOMAIN = getattr(settings, "REFRESH_COOKIE_DOMAIN", None)


def presented(request: HttpRequest) -> Optional[Presented]:
    return read_token(request.COOKIES.get(NAME))


def set_cookie(response: HttpResponse, session: RefreshSession) -> None:
    response.set_cookie(
        NAME,
        write_token(session),
        max_age=int(api_settings.REFRESH_TOKEN_LIFETIME.total_seconds()),
        path=PATH,
        domain=DOMAIN,
        secure=SECURE,
        httponly=True,
        samesite=SAME_SITE,
    )
    # After the refresh token's: who sees the hint change may take that one to be there.
    response.set_cookie(
        HINT_NAME,
        f"{session.pk.hex[:12]}.{session.token_id.hex[:12]}",
        max_age=int(api_settings.REFRESH_TOKEN_LIFETIME.total_seconds()),
        path="/",
        domain=DOMAIN,
        secure=SECURE,
        samesite="Lax",
    )


def delete_cookie(response: HttpResponse) -> None:
    # A browser deletes a cookie of the same path and domain only.
    response.delete_cookie(NAME, path=PATH, domain=DOMAIN, samesite=SAME_SITE)
    response.delete_cookie(HINT_NAME, path="/", domain=DOMAIN, samesite="Lax")
