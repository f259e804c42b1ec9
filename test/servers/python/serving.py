"""What a test server says and is told beside the requests: by lines of its standard output and input."""

import json
import os
import sys
import threading


def serving(port, **answers):
    """Says that the port is open, and from now on answers each line that names one of `answers`, by JSON."""

    def listen():
        for line in sys.stdin:
            print(json.dumps(answers[line.strip()]()), flush=True)
        # Tests that are cut short stop nothing, but their end of the pipe closes.
        os._exit(0)

    print(f"listening on {port}", flush=True)
    threading.Thread(target=listen, daemon=True).start()
