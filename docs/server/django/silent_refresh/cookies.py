"""The cookie that holds the refresh token."""

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


def presented(request: HttpRequest) -> Optional[Presented]:
    return read_token(request.COOKIES.get(NAME))


def set_cookie(response: HttpResponse, session: RefreshSession) -> None:
    response.set_cookie(
        NAME,
        write_token(session),
        max_age=int(api_settings.REFRESH_TOKEN_LIFETIME.total_seconds()),
        path=PATH,
        secure=SECURE,
        httponly=True,
        samesite=SAME_SITE,
    )


def delete_cookie(response: HttpResponse) -> None:
    # A browser deletes a cookie of the same path only.
    response.delete_cookie(NAME, path=PATH, samesite=SAME_SITE)
