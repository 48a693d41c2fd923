"""The page of experiments in a real browser: what a person chooses is drawn."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from experiment_components import component
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from local.experiments.report import page

HOSTILE = "</script><script>document.title='taken'</script>\"'&"
TUNED = [
    component(
        f"trial {number}",
        {"validation:f1": [0.5, 0.5 + number / 20], "ObjectiveMetric": [0.5 + number / 20]},
        minute=number % 3,
        eta=f"0.{number}",
        booster="gbtree" if number % 2 else "dart",
    )
    for number in range(1, 7)
]


class Shown:
    """The page of some components, open in the browser."""

    def __init__(self, browser: webdriver.Chrome, folder: Path, found: Sequence[Mapping[str, Any]]) -> None:
        self._browser = browser
        file = folder / "experiments.html"
        file.write_text(page("Experiments of shop", "Execution abc", found), encoding="utf-8")
        browser.get(file.as_uri())

    def choose(self, **choices: str) -> None:
        for name, value in choices.items():
            Select(self._browser.find_element(By.NAME, name)).select_by_value(value)

    def shapes(self, name: str) -> list[str]:
        """What the pointer is told of each drawn shape of the kind."""
        return [one.get_attribute("textContent") for one in self._all(f"#chart {name} title")]

    def texts(self, selector: str) -> list[str]:
        return [one.text for one in self._all(selector)]

    def press(self, heading: str) -> None:
        [button] = [one for one in self._all("#list th button") if one.text.rstrip(" ↑↓") == heading]
        button.click()

    def errors(self) -> list[Any]:
        return [one for one in self._browser.get_log("browser") if one["level"] == "SEVERE"]

    def _all(self, selector: str) -> list[Any]:
        return self._browser.find_elements(By.CSS_SELECTOR, selector)


def test_it_begins_with_the_scatter_plot_that_studio_shows(browser: webdriver.Chrome, tmp_path: Path) -> None:
    shown = Shown(browser, tmp_path, TUNED)

    assert shown.shapes("circle") == [
        f"{one['DisplayName']}\nvalidation:f1_min 0.5\nObjectiveMetric_max {0.5 + number / 20:g}"
        for number, one in enumerate(TUNED, 1)
    ]
    assert shown.texts("#legend li") == [one["DisplayName"] for one in TUNED]
    assert shown.errors() == []


def test_another_axis_and_color_are_drawn_when_they_are_chosen(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    shown = Shown(browser, tmp_path, TUNED)
    shown.choose(x="eta", y="validation:f1_max", color="booster")

    assert shown.shapes("circle")[0] == "trial 1\neta 0.1\nvalidation:f1_max 0.55"
    assert shown.texts("#legend li") == ["gbtree", "dart"]


def test_the_histogram_over_time_has_the_largest_value_of_a_component_in_each_minute(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    shown = Shown(browser, tmp_path, TUNED)
    shown.choose(data="series")

    assert sorted(shown.shapes("rect")) == [
        f"trial {number}\nvalidation:f1 {0.5 + number / 20:g}" for number in range(1, 7)
    ]
    assert shown.texts("#note") == ["A bar is the largest value of one component within one minute."]
    assert "12:01" in shown.texts("#chart text")


@pytest.mark.parametrize(
    ("choices", "shape", "number"),
    [
        ({"chart": "bar"}, "rect", 6),
        ({"chart": "histogram", "x": "eta"}, "rect", 3),
        ({"data": "series", "chart": "line"}, "polyline", 6),
    ],
)
def test_each_chart_is_drawn(
    browser: webdriver.Chrome, tmp_path: Path, choices: dict[str, str], shape: str, number: int
) -> None:
    shown = Shown(browser, tmp_path, TUNED)
    shown.choose(**choices)
    assert len(shown.shapes(shape)) == number
    assert shown.errors() == []


def test_the_list_is_sorted_by_the_heading_that_is_pressed(browser: webdriver.Chrome, tmp_path: Path) -> None:
    shown = Shown(browser, tmp_path, TUNED)
    names = [one["DisplayName"] for one in TUNED]

    assert shown.texts("#list td:first-child") == names[::-1]
    shown.press("ObjectiveMetric_last")
    assert shown.texts("#list td:first-child") == names


@pytest.mark.parametrize(
    ("found", "rows"),
    [
        ([component("alone", {"f1": [0.5]})], 1),
        ([component("silent", {}), component("silent, too", {})], 2),
        ([component(f"trial {number}", {"f1": [number / 200]}) for number in range(200)], 200),
        ([component(HOSTILE, {f"m{HOSTILE}": [0.5, 0.75]}, eta=HOSTILE)], 1),
    ],
    ids=["one component", "no metric", "two hundred", "markup in names"],
)
def test_any_components_are_shown(
    browser: webdriver.Chrome, tmp_path: Path, found: list[dict[str, Any]], rows: int
) -> None:
    shown = Shown(browser, tmp_path, found)
    shown.choose(data="series", chart="line")

    assert shown.texts("#list td:first-child") == [one["DisplayName"] for one in found]
    assert len(found) == rows
    assert browser.title == "Experiments of shop"
    assert shown.errors() == []
