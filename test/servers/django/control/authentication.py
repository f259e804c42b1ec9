"""SimpleJWT's authentication, with access tokens that expire when a test says so."""

from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.settings import api_settings

from .state import current


class ExpirableAuthentication(JWTAuthentication):
    def get_validated_token(self, raw_token):
        token = super().get_validated_token(raw_token)
        if token[api_settings.JTI_CLAIM] not in current().good:
            # As SimpleJWT says it of a token that has expired.
            raise InvalidToken({"detail": "Given token not valid for any token type"})
        return token
