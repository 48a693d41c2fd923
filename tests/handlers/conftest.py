"""The Lambda's folders on the path, as side by side as in the deployed function, and what packages them."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "lambda/predict_churn",
    "lambda/predict_bank",
    "lambda/predict_forecast",
    "lambda/predict_translation",
    "model_code/bank/encode",
    "model_code/translation/prepare",
    "scripts",
)
sys.path[:0] = [str(ROOT / folder) for folder in FOLDERS]
