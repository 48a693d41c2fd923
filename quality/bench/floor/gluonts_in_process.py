"""GluonTS's own forecast of one request, without a server: a line in, its milliseconds out.

    python gluonts_in_process.py MODEL_FOLDER

The first line is the request's JSON; each other one asks for one more measurement. It runs in the environment
of the image deepar. What is timed is the predictor with the series in its memory, and the quantiles.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from deepar_image import network
from deepar_image.series import parse


def main() -> None:
    network.quiet()
    trained = network.Network.load(Path(sys.argv[1]))
    document = json.loads(sys.stdin.readline())
    wanted = document["configuration"]
    trained.module.model.num_parallel_samples = wanted["num_samples"]
    predictor = trained.estimator.create_predictor(trained.transformation, trained.module)
    entry = trained.shape.entry(parse(document["instances"][0]))
    levels = [float(name) for name in wanted["quantiles"]]
    for _ in sys.stdin:
        started = time.perf_counter()
        [forecast] = predictor.predict([entry])
        np.quantile(forecast.samples, levels, axis=0)
        print(1000 * (time.perf_counter() - started), flush=True)


if __name__ == "__main__":
    main()
