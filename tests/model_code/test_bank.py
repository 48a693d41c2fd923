"""The bank's scripts: both public files, the cut, the evaluation, and what the real file gives."""

import csv
import gzip
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
import xgboost
from hypothesis import strategies
from model_scripts import MODEL_CODE, REAL_FILE, load, run

encoding = load("bank/encode/bank_encoding")
files = load("bank/encode/bank_files")
sample = load("bank/sample/__main__")
evaluate = load("bank/evaluate/__main__")
split = load("bank/split/__main__")

REAL_RAW = REAL_FILE.with_name("bank-additional-full.csv.gz")
REAL_PREPARED = REAL_FILE.with_name("bank_clean.csv.gz")
real = pytest.mark.skipif(
    not (REAL_RAW.exists() and REAL_PREPARED.exists()),
    reason=f"{REAL_RAW.name} and {REAL_PREPARED.name} are not in {REAL_FILE.parent}",
)

CLIENT = {
    **{"age": "56", "job": "housemaid", "marital": "married", "education": "basic.4y", "default": "no"},
    **{"housing": "no", "loan": "no", "contact": "telephone", "month": "may", "day_of_week": "mon"},
    **{"campaign": "1", "pdays": "999", "previous": "0", "poutcome": "nonexistent", "emp.var.rate": "1.1"},
    **{"cons.price.idx": "93.994", "cons.conf.idx": "-36.4", "euribor3m": "4.857", "nr.employed": "5191"},
}


def raw_file(*changes: Mapping[str, str]) -> str:
    rows = [{**CLIENT, "duration": "261", "y": "no", **change} for change in changes]
    lines = [
        files.RAW_COLUMNS,
        *(
            [f'"{row[name]}"' if row[name].isalpha() else row[name] for name in files.RAW_COLUMNS]
            for row in rows
        ),
    ]
    return "".join(";".join(line) + "\r\n" for line in lines)


def written(folder: Path, text: str) -> Path:
    path = folder / "bank.csv"
    path.write_text(text, newline="")
    return path


def features(**changes: str) -> dict[str, str]:
    return dict(zip(encoding.FEATURES, encoding.encode({**CLIENT, **changes}), strict=True))


def test_a_client_has_the_prepared_file_s_columns_and_then_the_indicators() -> None:
    assert len(encoding.PREPARED) == 59
    assert encoding.FEATURES[59:] == encoding.INDICATORS == files.RAW_COLUMNS[15:20]
    assert "duration" not in encoding.FIELDS


def test_each_category_is_a_column_of_its_own() -> None:
    encoded = features(job="retired", loan="unknown")
    one = {name for name in encoding.PREPARED if encoded[name] == "1" and name not in encoding.NUMBERS}
    assert one >= {"job_retired", "loan_unknown", "not_working", "no_previous_contact", "month_may"}
    assert sum(name.startswith("job_") for name in one) == 1


def test_999_days_mean_that_there_was_no_contact() -> None:
    assert (features(pdays="999")["no_previous_contact"], features(pdays="6")["no_previous_contact"]) == (
        "1",
        "0",
    )


@hypothesis.given(
    strategies.fixed_dictionaries(
        {name: strategies.sampled_from(v) for name, v in encoding.CATEGORIES.items()}
    )
)
def test_every_choice_of_categories_sets_one_column_a_field(chosen: dict[str, str]) -> None:
    encoded = features(**chosen)
    assert len(encoded) == len(encoding.FEATURES)
    for name, categories in encoding.CATEGORIES.items():
        assert [c for c in categories if encoded[f"{name}_{c}"] == "1"] == [chosen[name]]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"job": "pilot"}, "bank.csv, line 3, column \"job\": 'pilot' is none of admin., "),
        ({"age": "old"}, "bank.csv, line 3, column \"age\": 'old' is not a number"),
        ({"euribor3m": "nan"}, "bank.csv, line 3, column \"euribor3m\": 'nan' is not a number"),
        ({"nr.employed": "1e999"}, "bank.csv, line 3, column \"nr.employed\": '1e999' is not a number"),
        ({"y": "maybe"}, "bank.csv, line 3, column \"y\": 'maybe' is not a label; expected yes or no"),
    ],
)
def test_a_wrong_cell_is_refused_with_file_line_and_column(
    tmp_path: Path, change: dict[str, str], fault: str
) -> None:
    with pytest.raises(files.BankFileError) as refused:
        files.read(written(tmp_path, raw_file({}, change)))
    assert str(refused.value).startswith(fault)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 1: column"),
        (raw_file(), "line 2: no client follows the header"),
        (raw_file({}) + "1;2\n", "line 3: 2 columns, expected 21"),
        (raw_file({}) + '"1', "line 3: not a line of CSV"),
        (raw_file({}).replace("euribor3m", "libor"), 'line 1: column "euribor3m" is missing'),
        (raw_file({}).replace("age;job", "job;age"), 'line 1: column "job" stands where "age" is expected'),
        (raw_file({}).replace(";y\r", ";y;z\r"), 'line 1: column "z" stands where "None" is expected'),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(files.BankFileError) as refused:
        files.read(written(tmp_path, text))
    assert fault in str(refused.value)


def prepared(text: str) -> str:
    """The prepared file of a raw one: an index, the columns, y_no and y_yes."""
    rows = csv.DictReader(io.StringIO(text), delimiter=";")
    lines = [files.PREPARED_COLUMNS]
    for index, row in enumerate(rows):
        said = ("0", "1") if row["y"] == "yes" else ("1", "0")
        lines.append((str(index), *encoding.encode(row)[:59], *said))
    return "".join(",".join(line) + "\n" for line in lines)


def test_a_compressed_file_gives_the_same_clients(tmp_path: Path) -> None:
    plain = written(tmp_path, raw_file({}, {"age": "30"}))
    compressed = tmp_path / "bank_clean.csv"
    compressed.write_bytes(gzip.compress(plain.read_bytes()))
    assert files.read(compressed) == files.read(plain)


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-9], lambda content: content[:12] + b"\xff" * 40]
)
def test_a_damaged_compressed_file_is_refused(tmp_path: Path, damage: Any) -> None:
    path = tmp_path / "bank.csv"
    path.write_bytes(damage(gzip.compress(raw_file({}).encode())))
    with pytest.raises(files.BankFileError, match=r"^bank\.csv: a damaged gzip file$"):
        files.read(path)


def test_the_prepared_file_gives_the_same_clients_without_the_indicators(tmp_path: Path) -> None:
    text = sample.sample(200, seed=1).decode()
    raw = files.read(written(tmp_path, text))
    other = files.read(written(tmp_path, prepared(text)))

    assert [one.label for one in raw] == [one.label for one in other]
    assert [list(one.features[:59]) for one in raw] == [list(one.features[:59]) for one in other]
    assert {tuple(one.features[59:]) for one in other} == {("",) * 5}


def test_a_prepared_label_that_is_both_or_none_is_refused(tmp_path: Path) -> None:
    text = prepared(raw_file({})).replace(",1,0\n", ",1,1\n")
    with pytest.raises(files.BankFileError, match='line 2, columns "y_no" and "y_yes"'):
        files.read(written(tmp_path, text))


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample's parts, made by the commands."""
    folder = tmp_path_factory.mktemp("bank")
    assert run("bank/sample", "--rows", 1000, "--output", folder / "input" / "bank.csv").returncode == 0
    return prepare(folder)


def prepare(folder: Path) -> Path:
    encoded = ("--baseline", folder / "encoded-baseline")
    result = run("bank/encode", "--input", folder / "input", "--output", folder / "encoded", *encoded)
    assert result.stderr == ""
    outputs = [part for name in split.PARTS for part in (f"--{name}", folder / name)]
    result = run("bank/split", "--input", folder / "encoded", *encoded, *outputs)
    assert result.stderr == ""
    return folder


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_a_third_of_the_clients_is_for_the_test_and_a_fifth_of_the_others_to_choose_by(parts: Path) -> None:
    sizes = {path.stem: len(lines(path)) for path in parts.glob("[!ebi]*/*.csv")}
    assert sizes == {
        **{"train": 560, "validation": 140, "development": 700, "test": 300, "labels": 300},
        "features": 701,
    }
    assert json.loads((parts / "labels/split.json").read_text()) == {
        "random_state": 1729,
        "rows": {"train": 560, "validation": 140, "test": 300},
    }


def test_train_and_validation_together_are_what_the_last_fit_sees(parts: Path) -> None:
    chosen_on = lines(parts / "train/train.csv") + lines(parts / "validation/validation.csv")
    assert chosen_on == lines(parts / "development/development.csv")


def test_the_baseline_has_the_same_clients_with_fewer_columns(parts: Path) -> None:
    for ours, theirs in (("development/development.csv", "baseline-development/development.csv"),):
        cut = [",".join(line.split(",")[:60]) for line in lines(parts / ours)]
        assert cut == lines(parts / theirs)
    rows = zip(lines(parts / "labels/labels.csv"), lines(parts / "test/test.csv"), strict=True)
    cut = [",".join([label, *row.split(",")[:59]]) for label, row in rows]
    assert cut == lines(parts / "baseline-test/test.csv")


def test_the_cut_is_that_of_the_workshop_s_pandas() -> None:
    order = [i for part in split.cut(41188, 1729) for i in part]
    assert order[:5] == np.random.RandomState(1729).permutation(41188)[:5].tolist()
    assert len(order) - len(split.cut(41188, 1729)[2]) == 28831


@pytest.mark.parametrize("answers", ["0.9\n0.2\n0.6\n0.1\n", '{"score": 0.9}\n{"score": 0.2}\n0.6\n0.1\n'])
def test_the_evaluation_is_by_observed_class_and_beside_the_baseline(tmp_path: Path, answers: str) -> None:
    command = [part for name in ("labels", "scores", "baseline", "output") for part in (f"--{name}", name)]
    for name in command[1::2]:
        (tmp_path / name).mkdir()
    (tmp_path / "labels/labels.csv").write_text("1\n0\n0\n1\n")
    (tmp_path / "scores/test.csv.out").write_text(answers)
    (tmp_path / "baseline/scores.csv").write_text("1,0.1\n0,0.1\n0,0.2\n1,0.9\n")
    evaluate.main([str(tmp_path / part) if not part.startswith("--") else part for part in command])

    found = json.loads((tmp_path / "output/evaluation.json").read_text())
    assert found["confusion"] == {"tn": 1, "fp": 1, "fn": 1, "tp": 1}
    assert found["by_observed"] == {"no": {"no": 0.5, "yes": 0.5}, "yes": {"no": 0.5, "yes": 0.5}}
    assert (found["auc"], found["baseline"]["auc"]) == (0.5, 0.625)
    assert found["split"] is None
    page = (tmp_path / "output/evaluation.html").read_text()
    assert page.count("1<small>50.0%</small>") == 6
    assert "<td>0.625</td>" in page


def test_the_evaluation_says_by_how_much_the_auc_misses_a_minimum() -> None:
    assert evaluate.evaluation_job.shortfall(0.765432, 0.77) == 0.00457
    assert evaluate.evaluation_job.shortfall(0.77, 0.77) == 0.0


@pytest.mark.parametrize("line", ["1.5", "-0.1", "nan", '{"label": 1}', "yes", "null", ""])
def test_an_answer_that_is_no_score_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "test.csv.out").write_text(f"0.5\n{line}\n")
    with pytest.raises(ValueError, match="line 2: expected a score from 0 to 1"):
        evaluate.read_scores(tmp_path)


@pytest.mark.parametrize(
    ("text", "fault"),
    [("0,0.5\n", "its labels are not those of the test part"), ("1,x\n", "expected a score")],
)
def test_a_baseline_of_other_clients_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "scores.csv").write_text(text)
    with pytest.raises(ValueError, match=fault):
        evaluate.read_baseline(tmp_path / "scores.csv", [True])


def test_the_sample_is_the_same_for_the_same_seed_and_looks_like_the_public_file() -> None:
    content = sample.sample(2000, seed=7)
    assert content == sample.sample(2000, seed=7) != sample.sample(2000, seed=8)
    header, first, *_ = content.decode().split("\r\n")
    assert header.replace('"', "") == ";".join(files.RAW_COLUMNS)
    assert (first.count(";"), first.count('"')) == (20, 22)
    assert 0.08 < content.count(b'"yes"\r') / 2000 < 0.16
    assert {name: [*encoding.CATEGORIES[name]] for name in sample.TEXTS} == sample.TEXTS


@pytest.fixture(scope="session")
def real_parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real-bank")
    (folder / "input").mkdir()
    (folder / "input/bank.csv").write_bytes(gzip.decompress(REAL_RAW.read_bytes()))
    return prepare(folder)


@real
def test_encoding_the_real_raw_file_gives_the_prepared_one_cell_by_cell(real_parts: Path) -> None:
    expected = list(csv.reader(io.StringIO(gzip.decompress(REAL_PREPARED.read_bytes()).decode())))
    clients = files.read(real_parts / "input/bank.csv")
    found = [[*files.baseline(client), *("10" if client.label == "0" else "01")] for client in clients]
    assert [*encoding.PREPARED, "y_no", "y_yes"] == expected[0][1:]
    assert (len(found), len(found[0])) == (41188, 61)
    assert found == [row[1:] for row in expected[1:]]


def fitted(parts: Path, prefix: str, settings: str, **more: float) -> dict[str, Any]:
    """The evaluation of a model with the settings of a file, fitted on the whole development part."""
    parameters = {**json.loads((MODEL_CODE / "bank/xgboost" / settings).read_text()), **more}
    rounds = int(parameters.pop("num_round"))
    del parameters["eval_metric"]
    development = np.loadtxt(parts / f"{prefix}development/development.csv", delimiter=",", dtype=np.float32)
    test = np.loadtxt(parts / f"{prefix}test/test.csv", delimiter=",", dtype=np.float32)
    labels = np.loadtxt(parts / "labels/labels.csv")
    rows = test[:, 1:] if prefix else test
    booster = xgboost.train(parameters, xgboost.DMatrix(development[:, 1:], development[:, 0]), rounds)
    found: dict[str, Any] = evaluate.evaluate(
        (labels == 1).tolist(), booster.predict(xgboost.DMatrix(rows)).tolist(), ("no", "yes")
    )
    return found


@real
def test_the_workshop_s_features_and_settings_give_what_it_printed(real_parts: Path) -> None:
    found = fitted(real_parts, "baseline-", "baseline.json")
    assert 0.893 <= found["accuracy"] <= 0.898
    assert 265 <= found["confusion"]["tp"] <= 305
    assert 140 <= found["confusion"]["fp"] <= 175
    assert found["auc"] == pytest.approx(0.774, abs=0.004)


@real
def test_the_middle_of_what_is_searched_ranks_the_same_clients_better(real_parts: Path) -> None:
    from stacks.workloads.bank import RANGES

    middle = {one.name: type(one.low)((one.low + one.high) / 2) for one in RANGES}
    assert fitted(real_parts, "", "hyperparameters.json", **middle)["auc"] >= 0.797
