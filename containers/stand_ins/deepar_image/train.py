"""Train as the managed image does: the same checks, metric lines and kinds of files."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from built_in import job
from built_in.hyperparameters import Refused
from toolkit import training_job
from toolkit.environment import Environ, Folders

from . import channels, fitting, hyperparameters, network, preparation
from .hyperparameters import AUTO
from .network import Network
from .preparation import TEST, TRAIN
from .scores import scores
from .series import Series

logger = logging.getLogger("deepar_image")


def main(environ: Environ) -> int:
    """Run the job; `built_in.job.run` says how it ends."""
    network.quiet()
    return job.run(environ, _train, logger, lambda error: f"DeepAR failed: {type(error).__name__}: {error}")


def _train(folders: Folders) -> None:
    parameters = hyperparameters.validated(training_job.read_config(folders, "hyperparameters.json", {}))
    if parameters["likelihood"] not in network.LIKELIHOODS:
        raise Refused(f"The stand-in does not do likelihood {parameters['likelihood']}.")
    described = training_job.read_config(folders, "inputdataconfig.json", {})
    channels.validate(described)
    hosts = training_job.read_config(folders, "resourceconfig.json", {}).get("hosts", ["algo-1"])
    if len(hosts) > 1:
        raise Refused(f"The stand-in trains on one host, not on {len(hosts)}.")
    data = {
        name: channels.read(folders.channel(name), channel.get("ContentType", AUTO))
        for name, channel in described.items()
    }
    shape = preparation.shape(parameters, data[TRAIN])
    for name, series in data.items():
        preparation.check(name, series, shape)
        _describe(name, series)
    trained = Network(shape, batch_size=parameters["mini_batch_size"], batches=fitting.BATCHES_PER_EPOCH)
    epochs = parameters["epochs"]

    def report(epoch: int, loss: float) -> None:
        print(f"#progress_metric: host=algo-1, completed {100 * (epoch + 1) / epochs:.1f} % of epochs")
        print(f"#quality_metric: host=algo-1, epoch={epoch}, train loss <loss>={loss}", flush=True)

    best, loss = fitting.fit(
        trained,
        data[TRAIN],
        epochs=epochs,
        learning_rate=parameters["learning_rate"],
        patience=parameters["early_stopping_patience"],
        report=report,
    )
    print(f"Final loss: {loss} (occurred at epoch {best})")
    print(f"#quality_metric: host=algo-1, train final_loss <loss>={loss}", flush=True)
    trained.save(folders.model)
    if TEST in data:
        _test(trained, data[TEST], parameters)


def _describe(name: str, series: Sequence[Series]) -> None:
    points = sum(len(one.target) for one in series)
    logger.info("%s: %d time series, %d observations", name, len(series), points)


def _test(trained: Network, series: Sequence[Series], parameters: Mapping[str, Any]) -> None:
    """Forecast the last `prediction_length` points of each test series, and print how good that is."""
    horizon = parameters["prediction_length"]
    logger.info("evaluating on the test channel with %d samples", parameters["num_eval_samples"])
    histories = [one.history(horizon) for one in series]
    forecast = trained.sample(histories, parameters["num_eval_samples"])
    observed = (one.target[-horizon:] for one in series)
    found = scores(zip(forecast, observed, strict=True), parameters["test_quantiles"])
    for name, value in found.items():
        print(f"#test_score (algo-1, {name}): {value}")
    for name in ("RMSE", "mean_wQuantileLoss"):
        print(f"#quality_metric: host=algo-1, test {name} <loss>={found[name]}", flush=True)
