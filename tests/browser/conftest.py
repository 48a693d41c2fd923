"""The tests of this folder share one kind of browser, and the console in it."""

from chromium import browser
from opened_console import console, page

__all__ = ["browser", "console", "page"]
