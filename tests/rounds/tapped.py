"""A way to a server that counts the bytes that pass, and ends something at a chosen byte of the conversation.

A moment told by bytes is the same moment of the work on a quick machine and on a slow one.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from communique.rounds.server import Server

#: Where the moment lies: right at the byte, in the midst of whatever is said there; when the piece of the
#: conversation that has it went out, so that a server begins its work; or when the next answer is there and
#: nobody has heard it.
CUT, SENT, UNANSWERED = "cut", "sent", "unanswered"


@dataclass
class Moment:
    """`byte` counts from 1 in both directions. `end` is called once, in a thread of the tap; afterwards nothing
    passes any more. `come` tells whether it was called."""

    byte: int
    manner: str
    end: Callable[[], None]
    come: bool = False


def some_moment(rng: random.Random, whole: int, end: Callable[[], None]) -> Moment:
    """Any moment of a conversation of `whole` bytes."""
    return Moment(rng.randint(1, whole), rng.choice((CUT, SENT, UNANSWERED)), end)


def end_server(running: Server, suddenly: bool) -> None:
    """End a server as by `kill -9`, or as it is asked to."""
    if suddenly:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    else:
        running.stop()


class Tap:
    """Passes on to the server at an address what comes in at `url`. `passed` is the number of bytes so far.

    With a moment nothing passes before `open`, so that whoever is to be ended is known by then.
    """

    def __init__(self, address: str, moment: Moment | None = None) -> None:
        parts = urlsplit(address)
        self._server = (parts.hostname or "", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.passed = 0
        self._moment = moment
        self._lock = threading.Lock()
        self._talks: list[threading.Thread] = []
        if moment is None:
            self.open()

    def open(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()

    def drain(self, seconds: float = 300.0) -> None:
        """Wait until the server has ended every conversation, and so has done what it was asked."""
        for talk in list(self._talks):
            talk.join(seconds)
            assert not talk.is_alive(), f"the server goes on for {seconds:.0f} s"

    def close(self) -> None:
        """Take no more connections: a server that is gone."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._server)
            except OSError:
                client.close()
                continue
            for pair in ((client, server, False), (server, client, True)):
                self._talks.append(threading.Thread(target=self._pass_on, args=pair, daemon=True))
                self._talks[-1].start()

    def _pass_on(self, source: socket.socket, goal: socket.socket, is_answer: bool) -> None:
        over = False
        with contextlib.suppress(OSError):  # one of the two is gone; the other is told below
            while not over and (data := source.recv(65536)):
                data, end = self._due(data, is_answer)
                goal.sendall(data)
                if end is not None:
                    end()
                # What a server still says after the end is heard to its last word, and not passed on.
                over = self._ended() and not is_answer
        with contextlib.suppress(OSError):
            goal.shutdown(socket.SHUT_WR)
        if is_answer:
            source.close()

    def _ended(self) -> bool:
        return self._moment is not None and self._moment.come

    def _due(self, data: bytes, is_answer: bool) -> tuple[bytes, Callable[[], None] | None]:
        """What of `data` to pass on, and what to do then."""
        with self._lock:
            moment, before = self._moment, self.passed
            if moment is None:
                self.passed += len(data)
                return data, None
            if moment.come:
                return b"", None
            self.passed += len(data)
            if self.passed < moment.byte or (moment.manner == UNANSWERED and not is_answer):
                return data, None
            moment.come = True
            passes = {CUT: data[: moment.byte - before], SENT: data, UNANSWERED: b""}[moment.manner]
            return passes, moment.end


@contextlib.contextmanager
def tapped(address: str, moment: Moment | None = None) -> Iterator[Tap]:
    """A tap before the server at `address`."""
    tap = Tap(address, moment)
    try:
        yield tap
    finally:
        tap.close()
