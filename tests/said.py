"""What a management command says."""

from io import StringIO

from django.core.management import CommandError, call_command


class Said:
    """What a call printed, and the error that it ended with; ``command`` is how it begins."""

    command: tuple[str, ...] = ()

    def __init__(self, *arguments):
        out, err = StringIO(), StringIO()
        self.error = None
        try:
            call_command(*self.command, *arguments, stdout=out, stderr=err)
        except CommandError as error:
            self.error = error
        self.out, self.err = out.getvalue(), err.getvalue()
