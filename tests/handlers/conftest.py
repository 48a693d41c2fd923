"""The Lambda's folders on the path, as side by side as in the deployed function, and what packages them."""

import sys
from pathlib import Path

import hypothesis

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("lambda/shared", "lambda/predict_churn", "scripts")]

# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("handlers", deadline=None)
hypothesis.settings.load_profile("handlers")
