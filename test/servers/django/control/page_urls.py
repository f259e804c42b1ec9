"""The pages of the app. `with-csrf` sets the CSRF cookie, as a page should that Django serves; `page` doesn't."""

import os
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

SCRIPTS = Path(os.environ.get("DJANGO_PAGE_SCRIPTS", "."))
NAMES = ["surroundings.js", "client.js"]


@never_cache
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>'
        '<script src="/surroundings.js"></script><script type="module" src="/client.js"></script>'
    )


def script(request: HttpRequest, name: str) -> FileResponse:
    return FileResponse(open(SCRIPTS / name, "rb"), content_type="text/javascript")


urlpatterns = [
    path("page", page),
    path("with-csrf", ensure_csrf_cookie(page)),
    # What a redirect to a login page leads to.
    path("accounts/login/", page),
    *[path(name, script, {"name": name}) for name in NAMES],
]
