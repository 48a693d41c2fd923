"""Images with an environment of their own, started as the other containers' tests start theirs."""

import sys
from pathlib import Path

from chromium import browser

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [
    str(ROOT / path)
    for path in (
        "tests/browser",
        "tests/containers",
        "tests/commands",
        "tests/local",
        "tests/local/sagemaker_api",
        "tests/model_code",
        "tests/rehearsal/iam",
        "containers/script_mode",
        "containers/stand_ins",
    )
]

from opened_console import console, page  # noqa: E402 - found by the path above

__all__ = ["browser", "console", "page"]
