"""A session: who is signed in, and which one refresh token is good."""

import uuid

from django.conf import settings
from django.db import models


class RefreshSession(models.Model):
    """
    One row for each sign-in, whatever number of refreshes it sees. It names tokens by their ids and holds none, so whoever
    reads the table can't refresh with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The one that is good. All others of this session are spent: there is no list of them to keep, or to clean up.
    token_id = models.UUIDField(default=uuid.uuid4)
    # The one before it, which is answered once more for a few seconds.
    previous_id = models.UUIDField(null=True)
    rotated_at = models.DateTimeField()
    # Set once. An ended session stays, so that a token of it that comes back is known, and not a stranger's.
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=16, default="")

    class Meta:
        # For the job that deletes what no token can reach any more.
        indexes = [models.Index(fields=["rotated_at"], name="refresh_session_rotated_at")]
