"""django-oauth-toolkit: its own token and revocation endpoints for a public client, and an API with its tokens."""

import socketserver
from datetime import timedelta

import django
from django.conf import settings
from serving import serving

# Seconds: its word for the overlap is "grace period".
OVERLAP = 5

settings.configure(
    SECRET_KEY="for tests on this machine only, never elsewhere",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider", "rest_framework"],
    MIDDLEWARE=[f"{__name__}.count", "django.middleware.csrf.CsrfViewMiddleware"],
    # In the folder that this process was started in. A writer waits for another one for 30 s.
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db", "OPTIONS": {"timeout": 30}}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    # Signing in is no test of how long a hash takes.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    OAUTH2_PROVIDER={
        "ACCESS_TOKEN_EXPIRE_SECONDS": 60,
        "ROTATE_REFRESH_TOKEN": True,
        "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": OVERLAP,
    },
    REST_FRAMEWORK={
        # It answers 401. The toolkit's own protected_resource answers 403.
        "DEFAULT_AUTHENTICATION_CLASSES": ["oauth2_provider.contrib.rest_framework.OAuth2Authentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer, get_internal_wsgi_application  # noqa: E402
from django.db.models import F  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils import timezone  # noqa: E402
from oauth2_provider.models import AccessToken, Application, RefreshToken  # noqa: E402
from rest_framework.decorators import api_view  # noqa: E402
from rest_framework.response import Response  # noqa: E402

seen = {"refreshes": 0}


def count(get_response):
    def middleware(request):
        seen["refreshes"] += request.POST.get("grant_type") == "refresh_token"
        return get_response(request)

    return middleware


@api_view()
def me(request):
    return Response({"user": request.user.username})


urlpatterns = [path("o/", include("oauth2_provider.urls")), path("api/me", me)]


def look():
    spent = RefreshToken.objects.exclude(revoked=None).order_by("revoked").last()
    good = RefreshToken.objects.filter(revoked=None).count()
    return {**seen, "sessions": good, "spent": spent and spent.token}


def end():
    for token in RefreshToken.objects.filter(revoked=None):
        token.revoke()


def pass_overlap():
    RefreshToken.objects.exclude(revoked=None).update(revoked=F("revoked") - timedelta(seconds=OVERLAP))


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, WSGIServer):
    # Dozens of requests come at once.
    request_queue_size = 256
    daemon_threads = True


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    User.objects.create_user("ada", password="secret")
    Application.objects.create(client_id="spa", client_type="public", authorization_grant_type="password")
    server = Server(("127.0.0.1", 0), Quiet)
    server.set_app(get_internal_wsgi_application())
    serving(
        server.server_port,
        look=look,
        expire=lambda: AccessToken.objects.update(expires=timezone.now()),
        end=end,
        pass_overlap=pass_overlap,
    )
    server.serve_forever()
