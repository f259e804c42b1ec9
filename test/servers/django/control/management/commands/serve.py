"""`manage.py serve`: a new database, two users, and a server on a free port of this machine, which it prints."""

import os
import socketserver
import sys
import threading

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer, get_internal_wsgi_application


class Quiet(WSGIRequestHandler):
    def log_message(self, format, *args):
        pass


class Server(socketserver.ThreadingMixIn, WSGIServer):
    # Dozens of requests come at once.
    request_queue_size = 256
    daemon_threads = True


def end_with_parent():
    """Tests that are cut short stop nothing, but their end of the pipe closes."""
    sys.stdin.read()
    os._exit(0)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--with-parent", action="store_true", help="end when the standard input ends")

    def handle(self, *args, **options):
        if options["with_parent"]:
            threading.Thread(target=end_with_parent, daemon=True).start()
        call_command("migrate", verbosity=0)
        for name in ["ada", "bob"]:
            get_user_model().objects.create_user(name, password="demo")
        server = Server(("127.0.0.1", 0), Quiet)
        server.set_app(get_internal_wsgi_application())
        self.stdout.write(f"listening on {server.server_port}")
        self.stdout.flush()
        server.serve_forever()
