"""The Lambda's folders on the path, which lie side by side in the deployed function."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "lambda" / folder) for folder in ("shared", "predict_churn")]
