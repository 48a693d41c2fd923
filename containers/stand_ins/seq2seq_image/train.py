"""Train as the managed image does: its channels, checks and files, with a Transformer in the middle."""

import logging
import shutil
import sys
from typing import Any

from built_in import job
from built_in.hyperparameters import Refused
from toolkit import training_job
from toolkit.environment import Environ, Folders

from . import channels, hyperparameters
from .channels import TRAIN, VALIDATION, VOCAB
from .vocabulary import SOURCE_FILE, TARGET_FILE

logger = logging.getLogger("seq2seq_image")


def main(environ: Environ) -> int:
    """Run the job; `built_in.job.run` says how it ends."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr] # a job's is a TextIOWrapper
    return job.run(environ, _train, logger, lambda error: f"Training failed: {error}")


def _train(folders: Folders) -> None:
    given = training_job.read_config(folders, "hyperparameters.json", {})
    parameters = hyperparameters.validate(given)
    channels.validate(training_job.read_config(folders, "inputdataconfig.json", {}))
    hosts = training_job.read_config(folders, "resourceconfig.json", {}).get("hosts", ["algo-1"])
    if len(hosts) > 1:
        raise Refused(f"The algorithm trains on one host, not on {len(hosts)}.")
    if names := hyperparameters.without_effect(given):
        logger.info("without effect on the Transformer that stands in: %s", ", ".join(names))
    known = channels.vocabularies(folders.channel(VOCAB))
    pairs = {
        name: channels.pairs(
            folders.channel(name), known, parameters["max_seq_len_source"], parameters["max_seq_len_target"]
        )
        for name in (TRAIN, VALIDATION)
    }
    logger.info(
        "%d pairs to train on, %d to validate with; %d source words, %d target words",
        *(len(pairs[TRAIN]), len(pairs[VALIDATION]), len(known.source), len(known.target)),
    )
    # What was refused above was refused before torch and transformers took their seconds.
    from . import fitting, translator  # noqa: PLC0415

    model = translator.untrained(len(known.source), len(known.target), parameters)
    fitting.fit(model, pairs[TRAIN], pairs[VALIDATION], parameters, _report)
    _save(model, folders)


def _report(checkpoint: Any) -> None:
    """The lines of Sockeye, on which the image is built."""
    name = f"Checkpoint [{checkpoint.number}]"
    print(f"{name}\tUpdates={checkpoint.batches} Epoch={checkpoint.epoch}")
    print(f"{name}\tTrain-perplexity={checkpoint.train_perplexity:f}")
    for metric, value in checkpoint.validation.items():
        print(f"{name}\tValidation-{metric}={value:f}")


def _save(model: Any, folders: Folders) -> None:
    folders.model.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folders.model)
    for name in (SOURCE_FILE, TARGET_FILE):
        shutil.copyfile(folders.channel(VOCAB) / name, folders.model / name)
