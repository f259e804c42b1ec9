"""The test server: the endpoints that the documentation gives, SimpleJWT's stock ones, and an API."""

import os
import sys
from pathlib import Path

# The endpoints are used where they stand, as readers find them; no compiled copies are left there.
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "docs" / "server" / "django"))
sys.dont_write_bytecode = True

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
