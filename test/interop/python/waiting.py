"""Waits for a condition with a deadline, never for a fixed time."""

import queue
import time

DEADLINE_SECONDS = 20


class Received(queue.Queue):
    """A handler that records the values of its calls in a queue."""

    def __call__(self, value=None):
        self.put(value)

    def next(self):
        return self.get(timeout=DEADLINE_SECONDS)

    def until(self, condition):
        """Returns the first value that fulfils the condition, and skips those before it."""
        end = time.monotonic() + DEADLINE_SECONDS
        passed = []
        while True:
            try:
                value = self.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError("Timed out, received only {}.".format(passed)) from None
            if condition(value):
                return value
            passed.append(value)


def ask_until(ask, condition):
    """Repeats a call until the answer fulfils the condition, and returns that answer."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        answer = ask()
        if condition(answer):
            return answer
        assert time.monotonic() < end, "Timed out, the last answer was {}.".format(answer)
