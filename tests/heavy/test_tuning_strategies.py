"""The strategies of tuning with the XGBoost stand-in: what stopping early saves, and that nothing is left to
chance. It takes half a minute on two cores, which is why it is here."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from assembly_files import write_assembly

import assembly
from local.containers.images import Images
from local.jobs import Services, TuningJob
from local.registry import FolderRegistry
from local.storage.s3 import Storage

IMAGE = "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:3.2-0"
ROUNDS = 300
ETA = {"Name": "eta", "MinValue": "0.001", "MaxValue": "0.5", "ScalingType": "Logarithmic"}
RANGES = {
    "ContinuousParameterRanges": [ETA],
    "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "1", "MaxValue": "8"}],
}
HYPERBAND = {
    "Strategy": "Hyperband",
    "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 10, "MaxResource": ROUNDS}},
}


@dataclass(frozen=True)
class Tuned:
    """What came of a tuning: its trials with all that they printed, their rounds together, the best."""

    trials: list[Any]
    rounds: int
    best: float


@pytest.fixture
def services(tmp_path: Path) -> Services:
    bucket = {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}}
    declared = assembly.load(write_assembly(tmp_path / "cdk.out", bucket))
    storage = Storage(tmp_path / "s3", declared)
    generator = np.random.default_rng(0)
    for name, count in (("train", 4000), ("validation", 1500)):
        (tmp_path / "rows.csv").write_text(table(generator, count))
        storage.upload(tmp_path / "rows.csv", f"s3://data/{name}/rows.csv")
    registry = FolderRegistry(tmp_path / "registry", declared.place)
    return Services(storage, Images.load(), declared.place, registry)


def table(generator: np.random.Generator, count: int) -> str:
    features = generator.normal(size=(count, 8))
    noise = 0.7 * generator.normal(size=count)
    label = features[:, 0] * features[:, 1] + features[:, 2] + noise > 0
    rows = zip(label.astype(int), features, strict=True)
    return "".join(f"{one},{','.join(f'{cell:.4f}' for cell in row)}\n" for one, row in rows)


def channel(name: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://data/{name}"}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}


def tuned(name: str, services: Services, tmp_path: Path, **config: Any) -> Tuned:
    arguments = {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
            "ParameterRanges": RANGES,
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 16, "MaxParallelTrainingJobs": 4},
            "RandomSeed": 0,
            **config,
        },
        "TrainingJobDefinition": {
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "InputDataConfig": [channel("train"), channel("validation")],
            "OutputDataConfig": {"S3OutputPath": "s3://data/out"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            "StaticHyperParameters": {
                "objective": "binary:logistic",
                "num_round": str(ROUNDS),
                "eval_metric": "auc",
                "nthread": "1",
            },
        },
    }
    job = TuningJob(name, arguments, services)
    job.check()
    job.run(tmp_path / name)
    found = json.loads((tmp_path / name / "trials.json").read_text())["trials"]
    seen = [
        (one["status"], one["value"], one["hyperparameters"], [each["value"] for each in series])
        for one in found
        for series in one["metrics"].values()
    ]
    rounds = sum(len(one["metrics"]["validation:auc"]) for one in found)
    return Tuned(seen, rounds, max(one["value"] for one in found))


@pytest.mark.parametrize("config", [{"TrainingJobEarlyStoppingType": "Auto"}, HYPERBAND])
def test_stopping_early_takes_less_than_half_of_the_rounds_for_as_good_a_model(
    services: Services, tmp_path: Path, config: Any
) -> None:
    whole = tuned("whole", services, tmp_path)
    first, second = (tuned(name, services, tmp_path, **config) for name in ("first", "second"))
    assert whole.rounds == 16 * ROUNDS
    assert first.rounds < whole.rounds / 2
    assert first.best > whole.best - 0.002
    assert first == second, "it depends on what is printed, not on when"
