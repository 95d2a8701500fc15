"""A process that ends itself, as by `kill -9`, at a chosen step of writing files."""

from __future__ import annotations


def before_step(number: int) -> str:
    """Code to run first in a process, which is then killed before its step of this number, counted from 1.

    A step is to make a temporary file, to give its content to the disk, or to put it in its place. With
    fewer steps the process ends by itself.
    """
    return f"""
import os, signal, tempfile, threading
left, lock = [{number}], threading.Lock()
def counted(step):
    def call(*arguments, **options):
        with lock:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
                threading.Event().wait()
        return step(*arguments, **options)
    return call
tempfile.mkstemp, os.fsync, os.replace = map(counted, (tempfile.mkstemp, os.fsync, os.replace))
"""
