"""
Login, refresh and logout for a client that keeps the access token in memory, and the refresh token in a cookie.

These are plain Django views. A view of Django REST framework is exempt from Django's CSRF check, and it looks at the access
token first: one that has expired would be answered 401 before the cookie is read, and the client would take that for the end
of the session.
"""

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token, rotate_token
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken

from . import cookies, rotation
from .models import RefreshSession


@require_GET
@never_cache
@ensure_csrf_cookie
def csrf(request: HttpRequest) -> HttpResponse:
    """For a page that Django doesn't serve: the login form asks for the CSRF cookie here. Else decorate the page's view."""
    return HttpResponse(status=204)


@require_POST
@never_cache
@csrf_protect
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    user = authenticate(request, username=request.POST.get("username"), password=request.POST.get("password"))
    if user is None:
        return JsonResponse({"error": "invalid_grant", "error_description": "Wrong name or password."}, status=401)
    # As django.contrib.auth.login does: what was known to the visitor before is of no use to them now.
    rotate_token(request)
    user_logged_in.send(sender=user.__class__, request=request, user=user)
    return _tokens(rotation.begin(user))


@require_POST
@never_cache
@csrf_protect
def refresh(request: HttpRequest) -> HttpResponse:
    presented = cookies.presented(request)
    session = presented and rotation.rotate(presented)
    if not session:
        # The cookie stays, dead as it is. If this answer is late, the user may have signed in again, and the browser would
        # delete the new one.
        return JsonResponse({"error": "invalid_grant"}, status=401)
    return _tokens(session)


@require_POST
@never_cache
@csrf_protect
def logout(request: HttpRequest) -> HttpResponse:
    presented = cookies.presented(request)
    if presented:
        # Also with a spent token: whoever signs out wants the session to end.
        rotation.end(presented.session_id, "sign-out")
    response = HttpResponse(status=204)
    cookies.delete_cookie(response)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """
    The setting CSRF_FAILURE_VIEW. Django's own page is HTML, which the client takes for a proxy's. This answer says "CSRF",
    so it ends no session, and it sets a lost cookie again: the next refresh is a good one.
    """
    get_token(request)
    return JsonResponse({"detail": f"CSRF Failed: {reason}"}, status=403)


def _tokens(session: RefreshSession) -> JsonResponse:
    response = JsonResponse(
        {
            "access_token": str(AccessToken.for_user(session.user)),
            "token_type": "Bearer",
            "expires_in": int(api_settings.ACCESS_TOKEN_LIFETIME.total_seconds()),
        }
    )
    cookies.set_cookie(response, session)
    return response
