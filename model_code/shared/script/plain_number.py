"""What counts as a number in a text file: decimal notation, without spaces, underscores, `nan` or `inf`."""

import re

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
