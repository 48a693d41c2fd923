"""Emoji: BERT that recommends emojis, in one of two training images and one of two serving images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from constructs import Construct

from stacks.constructs.model.image import Image, ManagedImage
from stacks.constructs.model.inference_pipeline import Container
from stacks.constructs.pipeline.records import JSON_TEXTS
from stacks.constructs.pipeline.references import Join, Parameter, Value
from stacks.constructs.pipeline.steps import Cluster, Processing, Spot, Training, read_hyperparameters
from stacks.settings import Settings
from stacks.workloads.shared.gate import Gate
from stacks.workloads.shared.hyperparameters import settable
from stacks.workloads.shared.managed_images import SCIKIT_LEARN
from stacks.workloads.shared.record import Workload
from stacks.workloads.shared.serving import ServingStack
from stacks.workloads.shared.training import DATA_VERSION, SPLIT_SEED, TrainingStack

WORKLOAD = Workload(
    name="emoji",
    summary="recommends emojis for tweets",
    model="our own image with ONNX Runtime, or TensorFlow Serving",
    data="tweets/",
    containers=("emoji",),
    example={"tweets": ["I am good"]},
    example_type="application/json",
    environments=("emoji-training", "emoji-inference"),
    weights="minilm",
    # What trains: our own image with torch, or AWS's TensorFlow image with our script. What answers: our own
    # image, or AWS's TensorFlow Serving.
    options={"training": ("torch", "tensorflow"), "serving": ("own-image", "tensorflow-serving")},
    shares_work=True,
)

_TENSORFLOW_TRAINING = ManagedImage.named("tensorflow-training")
_TENSORFLOW_SERVING = ManagedImage.named("tensorflow-inference")

_HOSTNAME = "emoji"
# Chance is .1. The linear model reaches .351 on the published data, and has to be reached in any case.
_GATE = Gate("top1", "Top1", minimum=0.3, baseline="baseline_top1")
# Which tweets are scored: those of files with "test" in their names, or the test part of all files.
_SCORED = Parameter.choice("Scored", ["file", "part"])
# The hyperparameters that an execution may set.
_SIZES = {
    "Epochs": ("epochs",),
    "MaxSteps": ("max_steps",),
    "BatchSize": ("batch_size",),
    "LearningRate": ("learning_rate",),
    "TrainedLayers": ("trained_layers",),
}
_METRICS = {
    "train:loss": "^train_loss=([0-9.]+) step=",
    **{f"validation:{name}": f"^validation_{name}=([0-9.]+) epoch=" for name in ("loss", "top1", "top5")},
}
_TYPES = ("application/json", "application/jsonlines")


@dataclass(frozen=True)
class _Framework:
    """What the network is trained in: the folder of its script, the option `serving` that its archives are
    for, and the hyperparameters that its image needs on several instances."""

    source: str
    serving: str
    on_several: Mapping[str, str] = field(default_factory=dict)


_FRAMEWORKS = {
    "torch": _Framework("train_torch", serving="own-image"),
    "tensorflow": _Framework(
        "train_tensorflow",
        serving="tensorflow-serving",
        # AWS's image then says to TensorFlow which instances there are.
        on_several={"sagemaker_multi_worker_mirrored_strategy_enabled": "true"},
    ),
}


class EmojiTraining(TrainingStack):
    """From files of tweets to a model that is better than a linear one and waits for its approval.

    Instances share the files among them, and the training if there are several. What one framework has
    trained and the other one serves is loaded and written once more by the other one's script.
    """

    def __init__(self, scope: Construct, id: str, **kwargs: Any) -> None:
        super().__init__(scope, id, workload=WORKLOAD, **kwargs)
        training = self.settings.training
        prepare = self.process(
            "Prepare",
            image=self.images["processing"],
            inputs={"input": self.data, "weights": self.weights},
            outputs=["train", "validation", "test", "texts", "tweets", "labels"],
            cluster=self.processing.of(training.processing_instance_count),
            options={"seed": SPLIT_SEED, "scored": _SCORED},
            environment={"DATA_VERSION": DATA_VERSION},
            sharded=["input"],
        )
        linear = Training(
            "Linear",
            image=SCIKIT_LEARN,
            source=self.source("linear"),
            channels={"texts": prepare.output("texts")},
            cluster=self.processing,
            content_type=None,
        )
        self._channels = {
            **{name: prepare.output(name) for name in ("train", "validation", "texts")},
            "linear": linear.model_data,
        }
        hyperparameters = read_hyperparameters(self.folder / "hyperparameters.json")
        sizes = settable(hyperparameters, _SIZES)
        fits = self._fit(prepare, hyperparameters, sizes)
        model = self.model(
            "EmojiModel", _container(self.options, self.images), {_HOSTNAME: fits[-1].model_data}
        )
        tweets = prepare.output("tweets")
        score = self.score(model, tweets, "application/jsonlines", records=JSON_TEXTS)
        verdict = self.judge(
            model,
            _GATE,
            {
                "labels": prepare.output("labels"),
                "tweets": tweets,
                "scores": score.scores,
                "linear": linear.model_data,
            },
            image=self.images["processing"],
            accepts=(*_TYPES, "text/csv"),
            answers=_TYPES,
        )
        self.build_pipeline(
            [prepare, linear, *fits, model, score, *verdict],
            [SPLIT_SEED, _SCORED, *sizes.values(), _GATE.parameter],
        )

    def _fit(
        self, prepare: Processing, hyperparameters: Mapping[str, str], sizes: Mapping[str, Parameter]
    ) -> list[Training]:
        """The training; if it leaves what cannot be served, also the export by the other framework."""
        framework = str(self.options["training"])
        train = self._training(
            "Train",
            framework,
            weights=self.weights,
            hyperparameters={**hyperparameters, **sizes},
            cluster=self.cluster.of(self.settings.training.instance_count),
            # An interrupted training goes on only from a checkpoint of the same data and hyperparameters.
            spot=self.spot(Join("/", (prepare.job_name, *sizes.values()))),
        )
        if _FRAMEWORKS[framework].serving == self.options["serving"]:
            return [train]
        [other] = [name for name, one in _FRAMEWORKS.items() if one.serving == self.options["serving"]]
        export = self._training(
            "Export",
            other,
            weights=train.model_data,
            hyperparameters={**hyperparameters, "epochs": "0"},
            cluster=self.processing,
        )
        return [train, export]

    def _training(
        self,
        name: str,
        framework: str,
        *,
        weights: Value,
        hyperparameters: Mapping[str, Value],
        cluster: Cluster,
        spot: Spot | None = None,
    ) -> Training:
        images = {"torch": self.images["emoji-training"], "tensorflow": _TENSORFLOW_TRAINING}
        chosen = _FRAMEWORKS[framework]
        several = cluster.instances.instance_count != 1
        return Training(
            name,
            image=images[framework],
            source=self.source(chosen.source),
            hyperparameters={**hyperparameters, **(chosen.on_several if several else {})},
            channels={**self._channels, "weights": weights},
            cluster=cluster,
            spot=spot,
            content_type=None,
            metrics=_METRICS,
        )


class EmojiServing(ServingStack):
    """The endpoint of the one container, its API, and files of tweets."""

    def __init__(
        self, scope: Construct, id: str, *, settings: Settings, images: Mapping[str, Image], **kwargs: Any
    ) -> None:
        super().__init__(
            scope,
            id,
            workload=WORKLOAD,
            settings=settings,
            images=images,
            containers=_container(settings.options[WORKLOAD.name], images),
            records=JSON_TEXTS,
            **kwargs,
        )


def _container(options: Mapping[str, object], images: Mapping[str, Image]) -> Sequence[Container]:
    """The one container: our image, or TensorFlow Serving, which finds the archive's script by itself."""
    if options["serving"] == "own-image":
        return (Container.of_script(_HOSTNAME, images["emoji-inference"]),)
    return (Container(_HOSTNAME, _TENSORFLOW_SERVING, {"SAGEMAKER_TFS_DEFAULT_MODEL_NAME": "emoji"}),)
