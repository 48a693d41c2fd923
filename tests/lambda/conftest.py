"""The Lambda's folders on the path, as side by side as in the deployed function, and what packages them."""

import sys
from pathlib import Path

from stacks.constructs.storage.carried import carried

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = sorted((ROOT / "lambda").glob("predict_*/"))
CARRIED = sorted({module.parent for function in FUNCTIONS for module in carried(function)})
# What the emoji model's images make of requests: its answers are held against the function's contract.
IMAGES = ROOT / "model_code" / "shared" / "tweets"
sys.path[:0] = map(str, [*FUNCTIONS, *CARRIED, IMAGES, ROOT / "scripts"])
