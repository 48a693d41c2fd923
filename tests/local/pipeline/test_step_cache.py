"""Which steps are run again, and which results are taken over."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from executions import execution, records, run
from pipelines import DOUBLE, double, fit, model

from local.errors import JobError
from local.pipeline.definition import Caching
from local.pipeline.step_cache import StepCache

CACHED = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P30D"}}


def steps(code: str = DOUBLE, **hyperparameters: Any) -> list[dict[str, Any]]:
    return [double(code, **CACHED), {**fit(**hyperparameters), **CACHED}, model("Fit")]


def statuses() -> dict[str, str]:
    return {record.name: record.status for record in records}


def test_steps_whose_inputs_did_not_change_are_not_run_again_and_are_named(tmp_path: Path) -> None:
    run(execution(tmp_path, *steps(), id="first"))
    shown = run(second := execution(tmp_path, *steps(), id="second"))
    assert shown.splitlines()[:2] == ["Double unchanged since first", "Fit unchanged since first"]
    assert statuses() == {"Double": "unchanged", "Fit": "unchanged", "Shop": "succeeded"}
    (shop,) = second.services.models.values()
    assert shop.containers[0].model_data_url == "s3://data/out/first/pipelines-first-Fit/output/model.tar.gz"
    assert second.property_files == {"Report": "s3://data/out/first/report/report.json"}


def test_new_data_under_the_same_uri_is_noticed(tmp_path: Path) -> None:
    run(execution(tmp_path, *steps(), id="first"))
    second = execution(tmp_path, *steps(), id="second")
    second.services.storage.path("s3://data/in/rows.csv").write_text("5,6\n")
    run(second)
    assert statuses() == dict.fromkeys(("Double", "Fit", "Shop"), "succeeded")


def test_a_step_that_comes_to_the_same_result_spares_those_behind_it(tmp_path: Path) -> None:
    run(execution(tmp_path, *steps(), id="first"))
    run(execution(tmp_path, *steps(DOUBLE + "\n# said otherwise"), id="second"))
    assert statuses() == {"Double": "succeeded", "Fit": "unchanged", "Shop": "succeeded"}


def test_another_hyperparameter_is_another_result(tmp_path: Path) -> None:
    run(execution(tmp_path, *steps(), id="first"))
    run(execution(tmp_path, *steps(depth="7"), id="second"))
    assert statuses() == {"Double": "unchanged", "Fit": "succeeded", "Shop": "succeeded"}


def test_a_change_of_an_images_program_runs_its_steps_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(execution(tmp_path, *steps(), id="first"))
    monkeypatch.setattr("local.containers.images.Image.digest", lambda image: "changed")
    run(execution(tmp_path, *steps(), id="second"))
    assert statuses() == dict.fromkeys(("Double", "Fit", "Shop"), "succeeded")


def test_a_result_that_was_changed_since_is_not_taken_over(tmp_path: Path) -> None:
    run(first := execution(tmp_path, *steps(), id="first"))
    first.services.storage.path("s3://data/out/first/doubled/rows.csv").write_text("7,8\n")
    run(execution(tmp_path, *steps(), id="second"))
    assert statuses()["Double"] == "succeeded"


def test_without_a_cache_config_a_step_is_run_again(tmp_path: Path) -> None:
    for id in ("first", "second"):
        run(execution(tmp_path, double(), id=id))
    assert statuses() == {"Double": "succeeded"}


def test_an_execution_after_a_failed_one_takes_over_what_that_had_finished(tmp_path: Path) -> None:
    with pytest.raises(JobError):
        run(execution(tmp_path, double(), fit(), id="first", Behavior="fail"))
    finished = {record.key for record in records if record.key}
    run(execution(tmp_path, double(), fit(), id="second", resumed=finished))
    assert statuses() == {"Double": "unchanged", "Fit": "succeeded"}


@pytest.mark.parametrize(
    ("age", "caching", "resumed", "found"),
    [
        (10, Caching(True), False, True),
        (10, Caching(True, 6000), False, True),
        (9000, Caching(True, 6000), False, False),
        (9000, Caching(True, 6000), True, True),
        (10, Caching(False), False, False),
        (10, Caching(False), True, True),
    ],
)
def test_a_result_is_taken_over_while_it_has_not_expired_or_when_resuming(
    tmp_path: Path, age: float, caching: Caching, resumed: bool, found: bool
) -> None:
    storage = execution(tmp_path, double()).services.storage
    StepCache(tmp_path / "results", storage).keep("key", "first", {}, ["s3://data/in"])
    made = time.time() - age
    entry = tmp_path / "results" / "key.json"
    entry.write_text(json.dumps({**json.loads(entry.read_text()), "finished": made}))
    cache = StepCache(tmp_path / "results", storage, {"key"} if resumed else ())
    assert (cache.find("key", caching) is not None) == found


def test_a_digest_is_of_names_and_contents_and_not_of_times(tmp_path: Path) -> None:
    storage = execution(tmp_path, double()).services.storage
    first = storage.digest("s3://data/in")
    file = storage.path("s3://data/in/rows.csv")
    os.utime(file, (0, 0))
    assert storage.digest("s3://data/in/") == first
    file.rename(file.with_name("other.csv"))
    assert storage.digest("s3://data/in") != first
