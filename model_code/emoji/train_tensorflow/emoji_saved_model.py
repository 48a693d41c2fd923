"""The network as a SavedModel, for TensorFlow Serving."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf
from emoji_encoder import TOKENS, Network


def save(network: Network, folder: Path) -> None:
    """Write the folder; its signature `serving_default` has the three inputs, int64 of any lengths, and
    `logits`."""

    def serve(input_ids: Any, input_mask: Any, segment_ids: Any) -> Mapping[str, Any]:
        return {"logits": network(input_ids, input_mask, segment_ids)}

    # Keras's own export stores every weight twice; a module that holds the variables stores them once.
    module = tf.Module(name="emoji")
    module.held = list(network.variables.values())
    module.serve = tf.function(serve, input_signature=(TOKENS,) * 3)
    tf.saved_model.save(module, str(folder), signatures=module.serve)
    # A random number, which nothing reads: the same weights should give the same files.
    (folder / "fingerprint.pb").unlink(missing_ok=True)
