"""A plugin for pytest: from a moment on, tests are skipped, and what runs comes to its end."""

import os
import time

import pytest

MOMENT = "SLIPWAY_TESTS_UNTIL"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    if time.time() > float(os.environ[MOMENT]):
        pytest.skip("the time of `make test-fast` is over; `make test` runs it")
