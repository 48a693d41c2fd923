"""Train as the managed image does: script mode, which our toolkit speaks too."""

from toolkit import train
from toolkit.environment import Environ


def main(environ: Environ) -> int:
    """Run the job below /opt/ml; see `toolkit.train`."""
    return train.main(environ)
