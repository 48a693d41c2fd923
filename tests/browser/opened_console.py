"""The console's page in a browser: what a person sees and presses, and what the browser refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from patience import wait_until
from played_console import PlayedConsole, played_console
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

# Before any script of the page: what its policy refuses is counted.
_COUNTS = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.violations.push(event.violatedDirective + " " + event.blockedURI));
"""


class Opened:
    """The page of a console, open at its start."""

    def __init__(self, browser: webdriver.Chrome, console: PlayedConsole) -> None:
        self.browser, self._console = browser, console
        counts = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _COUNTS})
        self._counts = counts["identifier"]
        self.open("")

    def close(self) -> None:
        self.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": self._counts})
        self.browser.get("about:blank")

    def open(self, place: str) -> None:
        """Load the page anew, at a view."""
        self.browser.get("about:blank")
        self.browser.get(f"{self._console.url}#/{place}")
        self.wait_for("main h1")

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def wait_for(self, selector: str) -> WebElement:
        assert wait_until(lambda: bool(self.all(selector))), f"nothing is {selector} in {self.text}"
        return self.all(selector)[0]

    def wait_for_text(self, text: str) -> None:
        assert wait_until(lambda: text in self.text), f"expected {text!r} in {self.text}"

    def wait_for_element_with(self, selector: str, text: str) -> None:
        there = (
            "return [...document.querySelectorAll(arguments[0])]"
            ".some((it) => it.textContent === arguments[1])"
        )
        assert wait_until(lambda: bool(self.run(there, selector, text))), f"no {selector} has {text!r}"

    @property
    def text(self) -> str:
        found: str = self.browser.execute_script("return document.body.innerText")
        return found

    def press(self, selector: str, containing: str = "") -> None:
        """Click on the first such element that has the text, also where a redraw has just replaced it."""

        def pressed() -> bool:
            try:
                found = [one for one in self.all(selector) if containing in one.text]
                if found:
                    found[0].click()
            except StaleElementReferenceException:
                return False
            return bool(found)

        assert wait_until(pressed), f"nothing is {selector} with {containing!r} in {self.text}"

    def drag(self, slider: str, value: int) -> None:
        """Set a slider as a pointer does."""
        self.browser.execute_script(
            "const it = document.querySelector(`[name=${arguments[0]}]`); it.value = arguments[1];"
            "it.dispatchEvent(new Event('input', {bubbles: true}));",
            slider,
            value,
        )

    @property
    def violations(self) -> list[str]:
        found: list[str] = self.browser.execute_script("return window.violations")
        return found

    def run(self, script: str, *arguments: Any) -> Any:
        return self.browser.execute_script(script, *arguments)


@pytest.fixture(scope="module")
def console() -> Iterator[PlayedConsole]:
    with played_console() as played:
        yield played


@pytest.fixture
def page(browser: webdriver.Chrome, console: PlayedConsole) -> Iterator[Opened]:
    """The page before answers and documents as they should be; a test changes them."""
    fresh = PlayedConsole()
    console.documents, console.answers = fresh.documents, fresh.answers
    console.requests.clear()
    opened = Opened(browser, console)
    yield opened
    opened.close()
