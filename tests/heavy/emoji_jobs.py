"""Training jobs of the emoji workload: a tiny BERT of random weights, tweets of which one letter says all."""

import json
import os
import random
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tiny_bert
from assembly_files import file_asset, write_assembly
from model_scripts import MODEL_CODE, ROOT, as_archived, load

import assembly
from local.containers.images import Images
from local.jobs import Services, TrainingJob
from local.registry import FolderRegistry
from local.storage.archive import pack
from local.storage.s3 import Storage

LETTERS = "abcdefghij"
VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "'",
    *LETTERS,
    "x",
    "y",
    "z",
    *(f"##{one}" for one in "xyz"),
]
CONFIG = {**tiny_bert.CONFIG, "vocab_size": len(VOCABULARY)}


class Framework(NamedTuple):
    """What trains: an image, the script for it, what a job of several instances is told, the files of the
    network that is served, and what makes trainings comparable number by number."""

    image: str
    source: Path
    of_several: Mapping[str, str]
    network_files: tuple[str, ...]
    exact: Mapping[str, str]


TENSORFLOW = Framework(
    "763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-training:2.21.0-cpu-py312-ubuntu22.04-sagemaker",
    MODEL_CODE / "emoji" / "train_tensorflow",
    {"sagemaker_multi_worker_mirrored_strategy_enabled": "true"},
    ("emoji/1/saved_model.pb", "emoji/1/variables/variables.index"),
    {},
)
TORCH = Framework(
    "111122223333.dkr.ecr.eu-west-1.amazonaws.com/slipway-dev-emoji-training:1",
    MODEL_CODE / "emoji" / "train_torch",
    {},
    ("model.onnx",),
    {"precision": "float32"},
)


class Trained(NamedTuple):
    """A job's model folder, and the log of each instance."""

    model: Path
    logs: tuple[str, ...]

    def metrics(self, name: str, host: int = 0) -> list[float]:
        """The values of a metric in the order of its lines."""
        lines = self.logs[host].splitlines()
        return [float(line.split()[0].partition("=")[2]) for line in lines if line.startswith(f"{name}=")]


@dataclass
class Lab:
    """A folder with buckets, in which jobs run as the pipeline's steps do."""

    folder: Path
    framework: Framework
    services: Services = field(init=False)

    def __post_init__(self) -> None:
        declared = assembly.load(
            write_assembly(
                self.folder / "cdk.out",
                {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}},
                files={"source": file_asset("asset.source.gz", "source.gz")},
            )
        )
        archive = self.folder / "cdk.out" / "asset.source.gz"
        pack(as_archived(self.framework.source, self.folder / "source"), archive)
        storage = Storage(self.folder / "s3", declared)
        images = Images.load(ROOT / "versions.toml")
        self.services = Services(
            storage, images, declared.place, FolderRegistry(self.folder / "registry", declared.place)
        )
        for name in ("weights", "train", "validation", "texts"):
            (self.folder / name).mkdir()
        weights(self.folder / "weights")
        self.put_tweets("train", tweets(320, 1))
        self.put_tweets("validation", tweets(40, 2))
        for name in ("weights", "train", "validation", "texts"):
            self.put(name, self.folder / name)

    def put(self, key: str, folder: Path) -> None:
        self.services.storage.upload(folder, f"s3://data/{key}")

    def put_tweets(self, part: str, rows: list[tuple[str, int]]) -> None:
        records, wordpiece = load("shared/tweets/tweet_records"), load("shared/tweets/wordpiece")
        encode = wordpiece.WordPiece(VOCABULARY).encode
        examples = [records.Example.padded(encode(text), label, wordpiece.MAX_TOKENS) for text, label in rows]
        # Two files, as two instances of the preparation leave them.
        for number in (0, 1):
            records.write(self.folder / part / f"part-algo-{number + 1}.tfrecord", examples[number::2])
        with (self.folder / "texts" / f"{part}.jsonl").open("w") as file:
            for text, label in rows:
                file.write(json.dumps({"tweet": text, "label": label, "part": part}) + "\n")

    def arguments(
        self, *, instances: int = 1, channels: Mapping[str, str] | None = None, **hyperparameters: str
    ) -> dict[str, Any]:
        """CreateTrainingJob's arguments; `channels` has the keys that differ from the channels' names."""
        keys = {name: name for name in ("weights", "train", "validation", "texts")} | dict(channels or {})
        given = {
            "sagemaker_program": json.dumps("fit.py"),
            "sagemaker_submit_directory": json.dumps(
                f"s3://cdk-assets-000000000000-{self.services.place.region}/source.gz"
            ),
            **hyperparameters,
        }
        if instances > 1:
            given |= self.framework.of_several
        return {
            "AlgorithmSpecification": {"TrainingImage": self.framework.image, "TrainingInputMode": "File"},
            "InputDataConfig": [
                {
                    "ChannelName": name,
                    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://data/{key}"}},
                }
                for name, key in keys.items()
                if key
            ],
            "OutputDataConfig": {"S3OutputPath": "s3://data/out/"},
            "CheckpointConfig": {"S3Uri": "s3://data/checkpoints"},
            "HyperParameters": given,
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": instances},
        }

    def train(self, name: str, **options: Any) -> Trained:
        """Run a job to its end; see `arguments`. Its checkpoints are its own."""
        arguments = self.arguments(**options)
        arguments["CheckpointConfig"] = {"S3Uri": f"s3://data/checkpoints/{name}"}
        folder = self.folder / "jobs" / f"{name}-{len(list((self.folder / 'jobs').glob('*')))}"
        job = TrainingJob(name, arguments, self.services)
        job.check()
        job.run(folder)
        model = self.folder / "models" / folder.name
        with tarfile.open(self.services.storage.path(f"s3://data/out/{name}/output/model.tar.gz")) as archive:
            archive.extractall(model, filter="data")
        return Trained(model, tuple(path.read_text() for path in sorted(folder.rglob("container.log"))))


def tweets(count: int, seed: int) -> list[tuple[str, int]]:
    """Words of noise around the letter that is the class, of many lengths."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        words = ["".join(draw.choices("xyz", k=draw.randint(1, 3))) for _ in range(draw.randint(0, 4))]
        words.insert(draw.randint(0, len(words)), LETTERS[number % 10])
        rows.append((" ".join(words), number % 10))
    return rows


def weights(folder: Path) -> None:
    """Random weights of the tiny BERT, as published ones lie in their folder."""
    draw = np.random.default_rng(0)

    def linear(name: str, rows: int, columns: int) -> dict[str, Any]:
        return {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}

    def norm(name: str) -> dict[str, Any]:
        return {f"{name}.weight": (16,), f"{name}.bias": (16,)}

    shapes: dict[str, Any] = {
        "embeddings.word_embeddings.weight": (len(VOCABULARY), 16),
        "embeddings.position_embeddings.weight": (40, 16),
        "embeddings.token_type_embeddings.weight": (2, 16),
        **norm("embeddings.LayerNorm"),
        **linear("pooler.dense", 16, 16),
    }
    for number in range(2):
        layer = f"encoder.layer.{number}"
        for name in ("self.query", "self.key", "self.value", "output.dense"):
            shapes |= linear(f"{layer}.attention.{name}", 16, 16)
        shapes |= norm(f"{layer}.attention.output.LayerNorm") | norm(f"{layer}.output.LayerNorm")
        shapes |= linear(f"{layer}.intermediate.dense", 32, 16) | linear(f"{layer}.output.dense", 16, 32)
    arrays = {name: draw.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}
    for name in arrays:
        if name.endswith("LayerNorm.weight"):
            arrays[name] += 1
    load("emoji/train_tensorflow/safetensors_file").write(folder / "model.safetensors", arrays)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in VOCABULARY))


def run_in(image: str, script: str, *arguments: Path, path: Path | None = None) -> Any:
    """What a script prints as JSON, in the environment of an image."""
    environment = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    if path:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [Images.load(ROOT / "versions.toml").named(image).python, "-c", script, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
