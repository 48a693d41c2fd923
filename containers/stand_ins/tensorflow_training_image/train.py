"""Train as the TensorFlow image does: script mode, with TF_CONFIG where the job asks for a strategy."""

from toolkit import train
from toolkit.environment import Environ

from . import cluster


def main(environ: Environ) -> int:
    """Run the job below /opt/ml; see `toolkit.train` and `cluster.variables`."""
    return train.main(environ, cluster.variables)
