"""The tests of this folder share one kind of browser."""

from chromium import browser

__all__ = ["browser"]
