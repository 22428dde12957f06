"""Waits with a deadline, never for a time."""

import queue
import time

DEADLINE_SECONDS = 20


class Heard(queue.Queue):
    """What a handler was given, one after the other; itself the handler."""

    def __call__(self, value=None):
        self.put(value)

    def next(self):
        return self.get(timeout=DEADLINE_SECONDS)

    def until(self, condition):
        """The first value that fulfils the condition; those before it are passed over."""
        end = time.monotonic() + DEADLINE_SECONDS
        passed = []
        while True:
            try:
                value = self.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError("Only {} came.".format(passed)) from None
            if condition(value):
                return value
            passed.append(value)


def ask_until(ask, condition):
    """Asks the hub again and again until the answer fulfils the condition."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        answer = ask()
        if condition(answer):
            return answer
        assert time.monotonic() < end, "The last answer was {}.".format(answer)
