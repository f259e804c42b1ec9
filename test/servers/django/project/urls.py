"""Both ways to keep a refresh token, an API, and what tests need."""

from django.urls import include, path
from rest_framework_simplejwt.views import TokenBlacklistView, TokenObtainPairView, TokenRefreshView

urlpatterns = [
    # In the body: SimpleJWT as it comes.
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
    path("api/token/blacklist/", TokenBlacklistView.as_view()),
    # In a cookie.
    path("auth/", include("silent_refresh.urls")),
    path("api/", include("shop.urls")),
    path("control/", include("control.urls")),
    path("", include("control.page_urls")),
]
