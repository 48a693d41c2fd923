"""The console on live containers: predictions by keys that a person enters, screenshots, and figures."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

import pytest
from patience import wait_until
from selenium import webdriver
from selenium.webdriver.common.by import By

from assembly.project import PROJECT

REPORTS = PROJECT / "build" / "reports" / "console"
WORKLOADS = ("churn", "bank")
VIEWS = ("", *WORKLOADS, "runs", "experiments", "monitoring", "deployed")
LOOKS = {"light": (1280, 900), "dark": (1280, 900), "narrow": (420, 900)}
ROUNDS = 30


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address that `slipway serve` prints."""
    command = [sys.executable, "-m", "local", "serve", *WORKLOADS, "--port", "0"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout
        try:
            lines = iter(served.stdout.readline, "")
            yield next(
                found[0] for line in lines if (found := re.search(r"(?<=the console is at )\S+", line))
            )
        finally:
            served.send_signal(signal.SIGINT)


def open_view(browser: webdriver.Chrome, url: str, view: str) -> None:
    browser.get("about:blank")
    browser.get(f"{url.rstrip('/')}/#/{view}")
    wait_for(browser, "main .card, main .cards, main .notice")


def wait_for(browser: webdriver.Chrome, selector: str) -> None:
    assert wait_until(lambda: bool(browser.find_elements(By.CSS_SELECTOR, selector))), (
        f"nothing is {selector}"
    )


def predict(browser: webdriver.Chrome) -> None:
    """Enter the keys of this machine, and press the button of the form with its example."""
    wait_for(browser, "form.card:not(.session) button.main")
    for name in ("accessKey", "secretKey"):
        for found in browser.find_elements(By.NAME, name):
            found.send_keys("dummy")
    for selector in (".session button.main", "form.card:not(.session) button.main"):
        for found in browser.find_elements(By.CSS_SELECTOR, selector):
            found.click()
    wait_for(browser, ".result")


@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_trained_workload_predicts_its_example(browser: webdriver.Chrome, url: str, workload: str) -> None:
    open_view(browser, url, workload)
    predict(browser)

    assert re.search(r"0\.\d+", browser.find_element(By.CSS_SELECTOR, ".result").text)


def test_every_view_has_a_screenshot_in_each_look(browser: webdriver.Chrome, url: str) -> None:
    REPORTS.mkdir(parents=True, exist_ok=True)
    for look, size in LOOKS.items():
        browser.set_window_size(*size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if look == "dark" else "light"}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        for view in VIEWS:
            open_view(browser, url, view)
            if view in WORKLOADS:
                predict(browser)
                browser.execute_script("scrollTo(0, 0)")
            assert browser.save_screenshot(str(REPORTS / f"{view or 'start'}-{look}.png"))
    # What a smaller window has no room for is scrolled within its own part, never the page.
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")


def test_the_figures_are_written(browser: webdriver.Chrome, url: str) -> None:
    """The first paint, and how much longer a prediction takes for a person than for the page's own fetch."""
    browser.set_window_size(1280, 900)
    open_view(browser, url, "churn")
    predict(browser)
    paint = browser.execute_script(
        "return performance.getEntriesByType('paint')"
        ".find((it) => it.name === 'first-contentful-paint').startTime"
    )
    whole, own = [], []
    for _ in range(ROUNDS):
        browser.execute_script("performance.clearResourceTimings()")
        whole.append(browser.execute_async_script(_PRESS))
        [entry] = browser.execute_script(
            "return performance.getEntriesByType('resource').filter((it) => it.name.includes('/api/'))"
            ".map((it) => it.duration)"
        )
        own.append(entry)
    figures = {
        "first_paint_ms": paint,
        "prediction_ms": {"drawn": median(whole), "request": median(own)},
        "page_over_request_ms": median(one - other for one, other in zip(whole, own, strict=True)),
    }
    (REPORTS / "figures.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    assert 0 < median(own) <= median(whole)


# From the press of the button until the answer is drawn in its place.
_PRESS = """
const done = arguments[0], status = document.querySelector(".status"), begun = performance.now();
let waited = false;
const seen = new MutationObserver(() => {
  waited ||= status.textContent.includes("Waiting");
  if (!waited || !status.textContent.includes("Answered")) return;
  seen.disconnect();
  requestAnimationFrame(() => done(performance.now() - begun));
});
seen.observe(status, { childList: true, characterData: true, subtree: true });
document.querySelector("form.card:not(.session) button.main").click();
"""
