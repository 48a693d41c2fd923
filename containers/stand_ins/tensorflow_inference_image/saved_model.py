"""A SavedModel in a session, as TensorFlow Serving has it. The only module here that imports TensorFlow."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# Read when TensorFlow is imported: its own notes about this machine's CPU are no news.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import saved_model_pb2
from toolkit.errors import ContainerProblem

from .models import SAVED_MODEL
from .servable import Signature, TensorInfo, Tensors
from .status import CANCELLED, INVALID_ARGUMENT, ServingError

_SERVE = "serve"
_PLACEHOLDER = "Placeholder"
# What Python puts before the text of a graph's error.
_OF_PYTHON = "Graph execution error:\n\n"
_CODES = {
    number: name
    for name, number in vars(tf.errors).items()
    if name.isupper() and isinstance(number, int) and number
}


class SavedModel:
    """One version of a model. A session may be run by several threads at the same time."""

    def __init__(self, session: Any, signatures: Mapping[str, Signature]) -> None:
        self._session = session
        self._signatures = signatures

    @classmethod
    def load(cls, folder: Path, inter_op_threads: int, intra_op_threads: int) -> "SavedModel":
        """The model of a version's folder, which has to be exported for serving."""
        # One line for each version, and a deprecation: the session is what TensorFlow Serving has.
        tf.get_logger().setLevel("ERROR")
        config = tf.compat.v1.ConfigProto(
            inter_op_parallelism_threads=inter_op_threads, intra_op_parallelism_threads=intra_op_threads
        )
        session = tf.compat.v1.Session(graph=tf.Graph(), config=config)
        try:
            with session.graph.as_default(), tempfile.TemporaryDirectory() as bare:
                _copy_without_shapes(folder, Path(bare))
                meta_graph = tf.compat.v1.saved_model.load(session, [_SERVE], bare)
        except (tf.errors.OpError, DecodeError, OSError, RuntimeError, ValueError) as error:
            raise ContainerProblem(f"{folder / SAVED_MODEL} cannot be served: {error}") from error
        signatures = {
            name: Signature(_infos(signature.inputs), _infos(signature.outputs), signature.method_name)
            for name, signature in meta_graph.signature_def.items()
        }
        return cls(session, signatures)

    @property
    def signatures(self) -> Mapping[str, Signature]:
        return self._signatures

    def run(self, signature: Signature, inputs: Tensors) -> Tensors:
        feeds = {signature.inputs[name].tensor: tensor for name, tensor in inputs.items()}
        fetches = {name: info.tensor for name, info in signature.outputs.items()}
        try:
            outputs: Mapping[str, Any] = self._session.run(fetches, feeds)
        except tf.errors.OpError as error:
            message = error.message.removeprefix(_OF_PYTHON)
            raise ServingError(_CODES.get(error.error_code, CANCELLED), message) from None
        except (TypeError, ValueError) as error:
            raise ServingError(INVALID_ARGUMENT, str(error)) from None
        return outputs


def _copy_without_shapes(folder: Path, bare: Path) -> None:
    """A version's files, of which the graph knows no shapes of the signatures' inputs.

    Python would compare them with those of a request. TensorFlow Serving does not: a graph takes what its
    operations take.
    """
    for path in folder.iterdir():
        if path.name != SAVED_MODEL:
            (bare / path.name).symlink_to(path.absolute())
    saved = saved_model_pb2.SavedModel.FromString((folder / SAVED_MODEL).read_bytes())
    for graph in saved.meta_graphs:
        fed = {
            info.name.partition(":")[0]
            for signature in graph.signature_def.values()
            for info in signature.inputs.values()
        }
        for node in graph.graph_def.node:
            if node.name in fed and node.op == _PLACEHOLDER:
                node.attr.pop("_output_shapes", None)
                node.attr["shape"].shape.Clear()
                node.attr["shape"].shape.unknown_rank = True
    (bare / SAVED_MODEL).write_bytes(saved.SerializeToString())


def _infos(infos: Mapping[str, Any]) -> Mapping[str, TensorInfo]:
    return {
        name: TensorInfo(types_pb2.DataType.Name(info.dtype), _shape(info.tensor_shape), info.name)
        for name, info in infos.items()
    }


def _shape(shape: Any) -> Sequence[int] | None:
    return None if shape.unknown_rank else [dim.size for dim in shape.dim]
