from __future__ import annotations

from django.contrib.staticfiles.management.commands import runserver
from django.core.management import call_command

from stripe_django.standalone import PASSWORD, USERNAME

HOST = "127.0.0.1"
WELCOME = f"""\
The admin is at  http://{HOST}:{{port}}/admin/
User name        {USERNAME}
Password         {PASSWORD}

Only this machine can reach it. Ctrl-C stops it, and ends the password."""


class Server(runserver.Command):
    def on_bind(self, server_port: int) -> None:
        self.stdout.write(WELCOME.format(port=server_port))
        self.stdout.flush()


def serve(port: int) -> None:
    """Run Django's server until it is interrupted, then exit; it serves the static files too."""
    options = {"use_reloader": False, "insecure_serving": True, "shutdown_message": "Stopped."}
    call_command(Server(), f"{HOST}:{port}", **options)
