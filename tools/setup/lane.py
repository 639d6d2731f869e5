# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Work in a second process beside ours, its output kept until we ask for it."""

import multiprocessing
import os
import signal
import sys

from .parent import end_with_parent
from .step import SetupError, report


class Lane:
    """Runs ``work()`` in a forked process that ends with us, however we end.

    :param work: returns what :meth:`join` shall return; its children write to *log*
    :param log: file for what it prints
    """

    def __init__(self, work, log):
        context = multiprocessing.get_context("fork")
        self.log = log
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(
            target=self._run, args=(work, sender, os.getpid()), daemon=True
        )
        sys.stdout.flush()
        self._process.start()
        sender.close()

    def _run(self, work, sender, starter):
        end_with_parent(signal.SIGKILL)
        if os.getppid() != starter:
            sys.exit(130)
        with open(self.log, "wb") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        try:
            sender.send(work())
        except SetupError as error:
            report(error)
        except KeyboardInterrupt:
            sys.exit(130)
        finally:
            sys.stdout.flush()

    def join(self):
        """Wait for the end, print what the work printed and return its result.

        :raises SetupError: if it ended without one
        """
        try:
            result = self._receiver.recv()
        except EOFError:
            result = None
        self._process.join()
        print(self.log.read_text(errors="replace"), end="")
        if result is None:
            raise SetupError("The tests beside ended without a result: see above.")
        return result
