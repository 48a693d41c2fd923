"""AdamW with clipped gradients.

Keras's optimizers sum gradients over the instances by themselves, after they have clipped them; here the
norm that is clipped is that of the sum.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
from safetensors_file import Arrays

_FIRST, _SECOND = 0.9, 0.999
_EPSILON = 1e-8
_DECAY = 0.01
_MOST_NORM = 1.0


class AdamW:
    """The optimizer of variables, by name; biases and the scales of normalizations do not decay."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._names = list(variables)
        self._variables = list(variables.values())
        self._means = [tf.Variable(tf.zeros_like(one), trainable=False) for one in self._variables]
        self._squares = [tf.Variable(tf.zeros_like(one), trainable=False) for one in self._variables]

    def apply(self, gradients: Sequence[Any], rate: Any, step: Any) -> None:
        """Move the variables by their gradients, in their order; `step`, a float, counts from 1."""
        clipped, _ = tf.clip_by_global_norm(gradients, _MOST_NORM)
        for variable, mean, square, gradient in zip(
            self._variables, self._means, self._squares, clipped, strict=True
        ):
            if len(variable.shape) > 1:
                variable.assign_sub(variable * (rate * _DECAY))
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=mean.handle,
                v=square.handle,
                beta1_power=_FIRST**step,
                beta2_power=_SECOND**step,
                lr=rate,
                beta1=_FIRST,
                beta2=_SECOND,
                epsilon=_EPSILON,
                grad=gradient,
            )

    def arrays(self) -> Arrays:
        """What it remembers of each variable."""
        kinds = {"mean": self._means, "square": self._squares}
        return {
            f"{kind}.{name}": variable.numpy()
            for kind, variables in kinds.items()
            for name, variable in zip(self._names, variables, strict=True)
        }

    def load(self, arrays: Arrays) -> None:
        """Remember what `arrays` gave."""
        for kind, variables in {"mean": self._means, "square": self._squares}.items():
            for name, variable in zip(self._names, variables, strict=True):
                variable.assign(arrays[f"{kind}.{name}"])
