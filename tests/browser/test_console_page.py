"""The console's page in a real browser: each view shows what its data and its API say."""

import json
import threading

import pytest
from opened_console import Opened
from patience import wait_until
from played_console import Answer, PlayedConsole, documents
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from assembly.project import PROJECT

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
VIEWS = ["", "churn", "forecast", "translation", "emoji", "runs", "experiments", "monitoring", "deployed"]


PREDICTIONS = {
    "Churn": "0.97",
    "Bank": "0.034",
    "Translation": "Ich liebe dich",
    "Emoji": "41.0 %",
    "Forecast": "Answered in",
}


@pytest.mark.parametrize("title", PREDICTIONS)
def test_each_workload_predicts_within_three_clicks_from_the_start(page: Opened, title: str) -> None:
    page.press(".cards a", title)
    # A forecast follows its sliders, and has no button.
    if title != "Forecast":
        page.press("form button.main")

    page.wait_for_text(PREDICTIONS[title])
    assert page.violations == []


def test_a_form_sends_its_fields_with_the_types_of_the_contract(page: Opened, console: PlayedConsole) -> None:
    page.open("churn")
    page.press("form button.main")
    page.wait_for_text("0.97")

    _, headers, body = console.requests[-1]
    [customer] = json.loads(body)["customers"]
    assert headers["content-type"] == "application/json"
    assert (customer["state"], customer["area_code"], customer["day_mins"]) == ("KS", "510", 137.8)
    assert customer["account_length"] == 186


def test_a_form_is_filled_in_and_sent_by_the_keyboard_alone(page: Opened, console: PlayedConsole) -> None:
    page.open("churn")
    page.wait_for("[name=day_mins]")
    for _ in range(60):
        page.browser.switch_to.active_element.send_keys(Keys.TAB)
        if page.browser.switch_to.active_element.get_attribute("name") == "day_mins":
            break
    page.browser.switch_to.active_element.send_keys(Keys.CONTROL + "a")
    page.browser.switch_to.active_element.send_keys("201.5", Keys.ENTER)

    page.wait_for_text("0.97")
    assert json.loads(console.requests[-1][2])["customers"][0]["day_mins"] == 201.5


def test_rows_of_csv_are_sent_as_they_are_and_answered_in_a_table(
    page: Opened, console: PlayedConsole
) -> None:
    scores = [{"churn": one > 0.5, "score": one} for one in (0.1, 0.9)]
    console.answers["churn"] = lambda _: Answer.of({"predictions": scores})
    page.open("churn")
    page.press(".tabs button", "CSV rows")
    page.press("form button.main")

    page.wait_for_text("2 predictions")
    assert console.requests[-1][1]["content-type"] == "text/csv"
    assert [one.text for one in page.all("tbody td:nth-child(2)")] == ["No", "Yes"]


def test_an_error_stands_beside_the_field_that_it_names_and_the_keyboard_is_there(
    page: Opened, console: PlayedConsole
) -> None:
    errors = [
        {"row": 1, "column": "day_mins", "detail": "expected a number, got 'x'"},
        {"row": 1, "pointer": "/customers/0/phone", "detail": "expected 000-0000"},
        {"detail": "something of no field"},
    ]
    problem = {"title": "Unprocessable", "status": 422, "detail": "Two values", "errors": errors}
    console.answers["churn"] = lambda _: Answer.of(problem, 422)
    page.open("churn")
    page.press("form button.main")

    page.wait_for_text("Unprocessable")
    assert page.wait_for("#field-day_mins-error").text == "expected a number, got 'x'"
    assert page.wait_for("#field-phone-error").text == "expected 000-0000"
    assert page.wait_for(".problem li").text == "something of no field"
    assert wait_until(lambda: page.browser.switch_to.active_element.get_attribute("name") == "phone")


def test_a_pause_that_the_api_asks_for_is_shown_and_kept(page: Opened, console: PlayedConsole) -> None:
    busy = Answer.of(
        {"title": "Service Unavailable", "status": 503, "detail": "busy"}, 503, Retry_After="3600"
    )
    console.answers["churn"] = lambda _: busy
    page.open("churn")
    page.press("form button.main")

    page.wait_for_text("The API asks for a pause of 3600 s.")
    assert not page.wait_for(".problem button").is_enabled()


def test_a_slow_answer_is_waited_for_in_words_and_then_shown(page: Opened, console: PlayedConsole) -> None:
    gate = threading.Event()
    body = json.dumps({"predictions": [{"churn": False, "score": 0.25}]}).encode()
    console.answers["churn"] = lambda _: Answer(body, gate=gate)
    page.open("churn")
    page.press("form button.main")
    page.wait_for_text("Still waiting")
    assert not page.wait_for("form button.main").is_enabled()
    gate.set()

    page.wait_for_text("0.25")


def test_a_call_to_an_origin_that_is_not_allowed_is_refused_and_said(
    page: Opened, console: PlayedConsole
) -> None:
    console.documents["config.json"]["apis"]["churn"]["url"] = "http://localhost:9/prod"
    page.open("churn")
    page.press("form button.main")

    page.wait_for_text("cannot be reached")
    assert [one.split()[0] for one in page.violations] == ["connect-src"]


def test_a_script_within_the_page_would_not_run_and_would_be_counted(page: Opened) -> None:
    page.run(
        "const it = document.createElement('script'); it.textContent = 'window.taken = 1';"
        "document.body.append(it)"
    )

    assert page.run("return window.taken") is None
    assert [one.split()[0] for one in page.violations] == ["script-src-elem"]


def test_a_forecast_follows_its_sliders(page: Opened, console: PlayedConsole) -> None:
    page.open("forecast")
    page.wait_for_text("Answered in")
    page.drag("confidence", 90)
    page.drag("missing", 50)

    def asked() -> bool:
        body = json.loads(console.requests[-1][2])
        history = body["series"][0]["history"]
        return body["quantiles"] == [0.05, 0.5, 0.95] and 0.4 < history.count(None) / len(history) < 0.6

    assert wait_until(asked)
    page.press("[name=samples]")
    assert wait_until(lambda: json.loads(console.requests[-1][2]).get("samples") is True)
    assert page.wait_for(".plot canvas").size["height"] > 100


def test_runs_are_drawn_as_graphs_and_two_are_compared(page: Opened) -> None:
    page.open("runs")

    page.wait_for_text("Live")
    assert [one.get_attribute("textContent") for one in page.all(".node title")] == [
        "Split: succeeded, 3.2 s",
        "Preprocess: succeeded, 3.2 s",
        "Fit: running, 3.2 s",
        "Baseline: waiting, 3.2 s",
    ]
    rows = [one.text for one in page.all("section:last-of-type tbody tr")]
    assert "Rounds 120 100 -20" in rows


def test_a_run_is_followed_while_it_runs(page: Opened, console: PlayedConsole) -> None:
    page.open("runs")
    page.wait_for_text("Fit")
    changed = documents()["data/runs.json"]
    changed["runs"][0]["status"] = "succeeded"
    changed["runs"][0]["steps"][2]["status"] = "succeeded"
    console.documents["data/runs.json"] = changed

    assert wait_until(lambda: len(page.all(".node.good")) == 3)


def test_experiments_begin_with_the_chart_of_studio(page: Opened) -> None:
    page.open("experiments")
    page.wait_for("circle")
    titles = [one.get_attribute("textContent") for one in page.all("circle title")]
    assert titles[0] == "trial 1: validation:f1_min 0.52, ObjectiveMetric_max 0.63333"

    page.run(
        "const it = document.querySelector('[name=data]'); it.value = 'series';"
        "it.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    page.wait_for("rect.mark")
    assert len(page.all("rect.mark")) == 6


def test_a_column_of_the_experiments_is_sorted_by_its_button(page: Opened) -> None:
    page.open("experiments")
    page.press("th button", "eta")
    column = [one.text for one in page.all("thead th")].index("eta ↓")

    rows = [one.find_elements(By.TAG_NAME, "td")[column].text for one in page.all("tbody tr")]
    assert rows == ["0.6", "0.5", "0.4", "0.3", "0.2", "0.1"]


def test_monitoring_and_what_is_deployed_are_shown(page: Opened) -> None:
    page.open("monitoring")
    page.wait_for_text("Baseline drift distance: 0.3955")
    assert len(page.all(".features svg")) == 1
    page.open("deployed")
    page.wait_for_text("can be deployed")
    assert "xgboost:1.7-1" in page.text


def test_what_is_missing_says_what_to_run(page: Opened, console: PlayedConsole) -> None:
    for name in [one for one in console.documents if one.startswith("data/") and "workloads" not in one]:
        del console.documents[name]
    for view, command in {
        "runs": "make train",
        "experiments": "make train",
        "monitoring": "monitor churn",
    }.items():
        page.open(view)
        page.wait_for_text(command)


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious(page: Opened, view: str) -> None:
    page.open(view)
    page.wait_for("main .card, main .cards")
    page.run(AXE.read_text(encoding="utf-8"))
    found = page.browser.execute_async_script("const done = arguments[0]; axe.run().then(done)")

    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [each["target"] for each in one["nodes"]]) for one in serious] == []
    assert page.violations == []


def test_the_page_keeps_nothing_and_asks_nobody_else(page: Opened, console: PlayedConsole) -> None:
    page.open("forecast")
    page.wait_for_text("Answered in")

    kept = page.run("return [document.cookie, localStorage.length, sessionStorage.length]")
    loaded = page.run("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert kept == ["", 0, 0]
    assert [one for one in loaded if not one.startswith(console.url)] == []
