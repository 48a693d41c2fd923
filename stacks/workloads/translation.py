"""Translation: sequence to sequence, from a parallel corpus to an API that answers in the other language."""

from typing import Any

from constructs import Construct

from stacks.constructs.model.image import ManagedImage
from stacks.constructs.model.inference_pipeline import Container
from stacks.constructs.pipeline.records import JSON_TEXTS
from stacks.constructs.pipeline.steps import Training, read_hyperparameters
from stacks.settings import Settings
from stacks.workloads.shared.gate import Gate
from stacks.workloads.shared.hyperparameters import settable
from stacks.workloads.shared.record import Workload
from stacks.workloads.shared.serving import ServingStack
from stacks.workloads.shared.training import DATA_VERSION, TrainingStack

WORKLOAD = Workload(
    name="translation",
    summary="translates English into German",
    model="seq2seq, or Hugging Face",
    data="en-de/",
    containers=("seq2seq",),
    example={"instances": [{"data": "i love you"}, {"data": "i love you , too"}]},
    example_type="application/json",
    environments=("seq2seq",),
    # What answers: the built-in algorithm, or weights that exist already, in the Hugging Face image.
    options={"image": ("seq2seq", "hugging-face")},
)

_SEQ2SEQ = ManagedImage.named("seq2seq")
_CONTAINERS = (Container("seq2seq", _SEQ2SEQ),)
_SERVED = {
    "seq2seq": _CONTAINERS,
    "hugging-face": (Container.of_script("hugging-face", ManagedImage.named("hugging-face")),),
}

# For a corpus of few words. One of newspapers is far below that: set MinimumBLEU.
_GATE = Gate("bleu", "BLEU", minimum=90)
# What a machine without a GPU needs smaller, by the hyperparameters that each is.
_SIZES = {
    "EmbeddingSize": ("num_embed_source", "num_embed_target"),
    "HiddenUnits": ("rnn_num_hidden",),
    "MaxBatches": ("max_num_batches",),
    "CheckpointBatches": ("checkpoint_frequency_num_batches",),
    "LearningRate": ("learning_rate",),
    "LearningRateSchedule": ("lr_scheduler_type",),
    "LearningRateHalfLife": ("fixed_rate_lr_half_life",),
}


class TranslationTraining(TrainingStack):
    """From a parallel corpus to a model that waits for its approval: vocabularies, records, fit, BLEU.

    The corpus is a folder of `train`, `validation` and `test` in two languages. The fit is on demand: the
    algorithm keeps its checkpoints to itself, so that an interrupted one would start over.
    """

    def __init__(self, scope: Construct, id: str, **kwargs: Any) -> None:
        super().__init__(scope, id, workload=WORKLOAD, **kwargs)
        prepare = self.process(
            "Prepare",
            inputs={"input": self.data},
            outputs=["train", "validation", "vocab", "test", "labels"],
            cluster=self.processing,
            environment={"DATA_VERSION": DATA_VERSION},
        )
        hyperparameters = read_hyperparameters(self.folder / "seq2seq" / "hyperparameters.json")
        sizes = settable(hyperparameters, _SIZES)
        seq2seq = Training(
            "Seq2seq",
            image=_SEQ2SEQ,
            hyperparameters={**hyperparameters, **sizes},
            channels={name: prepare.output(name) for name in ("train", "validation", "vocab")},
            cluster=self.cluster,
            content_type=None,
        )
        model = self.model("TranslationModel", _CONTAINERS, {"seq2seq": seq2seq.model_data})
        score = self.score(model, prepare.output("test"), "application/jsonlines", records=JSON_TEXTS)
        verdict = self.judge(
            model,
            _GATE,
            {"labels": prepare.output("labels"), "scores": score.scores},
            image=self.images["processing"],
            accepts=("application/json", "application/jsonlines", "application/x-recordio-protobuf"),
            answers=("application/json", "application/jsonlines", "application/x-recordio-protobuf"),
        )
        self.build_pipeline(
            [prepare, seq2seq, model, score, *verdict], [*dict.fromkeys(sizes.values()), _GATE.parameter]
        )


class TranslationServing(ServingStack):
    """The endpoint of the one container, its API, and files of sentences.

    The container is the built-in algorithm's, or the Hugging Face image with our script, as the option
    `image` says.
    """

    def __init__(self, scope: Construct, id: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(
            scope,
            id,
            workload=WORKLOAD,
            settings=settings,
            containers=_SERVED[settings.options[WORKLOAD.name]["image"]],
            records=JSON_TEXTS,
            **kwargs,
        )
