"""Runs the features of a Python client, and reaches the back end. The counterpart of features.mjs."""

import json
import os
import subprocess
import sys
import threading
import time
import traceback

DEADLINE_SECONDS = 15
PROGRAMS = os.path.dirname(os.path.abspath(__file__))

# The folder in which the version under test is installed. It goes before other packages.
sys.path.insert(0, sys.argv[1])


def run_features(features):
    """
    Runs the features that the arguments name. Prints `feature: ok` or `feature: message` for each one.
    Exits with 1 if one failed, without waiting for the threads of the client.
    """
    failures = [name for name in sys.argv[2:] if not runs(name, features[name])]
    sys.stdout.flush()
    os._exit(1 if failures else 0)


def runs(name, feature):
    outcome = []

    def run():
        try:
            feature()
            outcome.append("ok")
        except BaseException as error:
            traceback.print_exc()
            outcome.append("{}: {}".format(type(error).__name__, (str(error) or "no message").splitlines()[0]))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(DEADLINE_SECONDS)
    result = outcome[0] if outcome else "timed out after {} s".format(DEADLINE_SECONDS)
    print("{}: {}".format(name, result))
    return result == "ok"


def start_node(program, *words):
    command = ["node", os.path.join(PROGRAMS, program), *words]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)


def back_end(action, *words):
    """Starts an action of back-end.mjs and returns a function that waits for its answer."""
    process = start_node("back-end.mjs", action, json.dumps(words))

    def answer():
        output, _ = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 0, "{} failed".format(action)
        return json.loads(output)

    return answer


def fields_of(connection_string):
    return dict(field.split("=", 1) for field in connection_string.split(";"))


def expect_equal(actual, expected):
    assert actual == expected, "expected {!r}, got {!r}".format(expected, actual)


def repeat_until(is_fulfilled, action):
    """Repeats an action until the condition is fulfilled. The deadline of the feature limits it."""
    attempt = 0
    while not is_fulfilled():
        attempt += 1
        action(attempt)
        time.sleep(0.05)
