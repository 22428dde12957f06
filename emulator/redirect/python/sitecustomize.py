"""Loaded by every Python program below `iothub-emulator exec`. Runs the sitecustomize that this file hides.

Python 2 loads this file too, without the redirect.
"""

import os
import sys


def _run_hidden_sitecustomize():
    here = os.path.dirname(os.path.abspath(__file__))
    ours = [folder for folder in sys.path if os.path.abspath(folder) == here]
    sys.path[:] = [folder for folder in sys.path if folder not in ours]
    hiding = sys.modules.pop("sitecustomize", None)
    try:
        # If none is hidden, this raises ImportError as if there were no sitecustomize. Python ignores that error.
        import sitecustomize  # noqa: F401
    finally:
        sys.path[:0] = ours
        del hiding  # Referenced until here, because Python 2 clears a module without references.


_settings = os.environ.get("IOTHUB_EMULATOR_REDIRECT")
if sys.version_info[0] > 2 and _settings:
    import iothub_emulator_redirect

    iothub_emulator_redirect.install(_settings)

_run_hidden_sitecustomize()
