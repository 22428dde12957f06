"""Loaded by every Python below `iothub-emulator exec`; hands over to the sitecustomize that it hides.

Python 2 reads this file too: there it only hands over.
"""

import os
import sys


def _run_hidden_sitecustomize():
    here = os.path.dirname(os.path.abspath(__file__))
    ours = [folder for folder in sys.path if os.path.abspath(folder) == here]
    sys.path[:] = [folder for folder in sys.path if folder not in ours]
    hiding = sys.modules.pop("sitecustomize", None)
    try:
        # Where none is hidden this fails as if there were no sitecustomize at all, which Python takes in silence.
        import sitecustomize  # noqa: F401
    finally:
        sys.path[:0] = ours
        del hiding  # Held until here, for Python 2 empties a module that nobody holds.


_settings = os.environ.get("IOTHUB_EMULATOR_REDIRECT")
if sys.version_info[0] > 2 and _settings:
    import iothub_emulator_redirect

    iothub_emulator_redirect.install(_settings)

_run_hidden_sitecustomize()
