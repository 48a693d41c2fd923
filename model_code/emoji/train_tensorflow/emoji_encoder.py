"""BERT's encoder in Keras, with a linear head over the mean of a tweet's tokens.

`Network.variables` has the variables by the names that Hugging Face gives BERT's weights, and `classifier`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from safetensors_file import Arrays

Tensor = Any
Drop = Callable[[Tensor], Tensor]

HEAD = "classifier"
# A row a tweet, of any number and length.
TOKENS = tf.TensorSpec([None, None], tf.int64)
_MASKED = -1e9
_SPREAD = 0.02


class Shape(NamedTuple):
    """The sizes of BERT's configuration that the weights alone do not say, or that have to fit them."""

    words: int
    positions: int
    segments: int
    width: int
    inner: int
    layers: int
    heads: int
    epsilon: float

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Shape":
        """That of a config.json of Hugging Face's BERT, as `Weights` checks it."""
        return cls(
            config["vocab_size"],
            config["max_position_embeddings"],
            config["type_vocab_size"],
            config["hidden_size"],
            config["intermediate_size"],
            config["num_hidden_layers"],
            config["num_attention_heads"],
            config["layer_norm_eps"],
        )


def as_it_is(tensor: Tensor) -> Tensor:
    """No dropout."""
    return tensor


class _Block:
    """One layer: attention over the tweet's tokens, then a wider layer for each token."""

    def __init__(self, shape: Shape) -> None:
        self._heads, self._size = shape.heads, shape.width // shape.heads
        self.query, self.key, self.value = (_dense(shape.width, shape.width) for _ in range(3))
        self.attended, self.attended_norm = _dense(shape.width, shape.width), _norm(shape)
        self.inner = _dense(shape.width, shape.inner)
        self.outer, self.outer_norm = _dense(shape.inner, shape.width), _norm(shape)

    def __call__(self, tokens: Tensor, masked: Tensor) -> Tensor:
        query, key, value = (self._split(layer(tokens)) for layer in (self.query, self.key, self.value))
        scores = tf.matmul(query, key, transpose_b=True) * self._size**-0.5 + masked
        mixed = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), [0, 2, 1, 3])
        mixed = tf.reshape(mixed, tf.shape(tokens))
        tokens = self.attended_norm(tokens + self.attended(mixed))
        inner = keras.activations.gelu(self.inner(tokens), approximate=False)
        return self.outer_norm(tokens + self.outer(inner))

    def layers(self) -> dict[str, Any]:
        return {
            "attention.self.query": self.query,
            "attention.self.key": self.key,
            "attention.self.value": self.value,
            "attention.output.dense": self.attended,
            "attention.output.LayerNorm": self.attended_norm,
            "intermediate.dense": self.inner,
            "output.dense": self.outer,
            "output.LayerNorm": self.outer_norm,
        }

    def _split(self, tokens: Tensor) -> Tensor:
        rows, length = tf.shape(tokens)[0], tf.shape(tokens)[1]
        return tf.transpose(tf.reshape(tokens, [rows, length, self._heads, self._size]), [0, 2, 1, 3])


class Network:
    """From token numbers to a logit for each class."""

    def __init__(self, shape: Shape, classes: int) -> None:
        self.shape = shape
        self._words = _embedding(shape.words, shape.width)
        self._positions = _embedding(shape.positions, shape.width)
        self._segments = _embedding(shape.segments, shape.width)
        self._norm = _norm(shape)
        self._blocks = [_Block(shape) for _ in range(shape.layers)]
        self._head = _dense(shape.width, classes)
        self.variables: dict[str, Any] = dict(self._named())
        #: The logits of batches of any size and length, by one graph.
        self.predict = tf.function(self.__call__, input_signature=(TOKENS,) * 3)

    def __call__(self, ids: Tensor, mask: Tensor, segments: Tensor, drop: Drop = as_it_is) -> Tensor:
        """The logits of tweets that are padded to one length; the mask is 1 for their tokens.

        `drop` is what happens to the tweets' means before the head: in training, dropout.
        """
        place = tf.range(tf.shape(ids)[1])
        tokens = self._words(ids) + self._segments(segments) + self._positions(place)
        tokens = self._norm(tokens)
        counts = tf.cast(mask, tf.float32)
        masked = (1.0 - counts)[:, None, None, :] * _MASKED
        for block in self._blocks:
            tokens = block(tokens, masked)
        weights = counts[:, :, None]
        mean = tf.reduce_sum(tokens * weights, 1) / tf.maximum(tf.reduce_sum(weights, 1), 1.0)
        return self._head(drop(mean))

    def trained(self, last_layers: int | None) -> dict[str, Any]:
        """The variables to train: all, or those of the head and of so many last layers."""
        if last_layers is None:
            return self.variables
        first = self.shape.layers - last_layers
        prefixes = (f"{HEAD}.", *(f"encoder.layer.{layer}." for layer in range(first, self.shape.layers)))
        return {name: one for name, one in self.variables.items() if name.startswith(prefixes)}

    def load(self, arrays: Arrays, seed: int) -> None:
        """Take the weights of these arrays; the head's, where they have none, are drawn from the seed.

        Refuses (ValueError) weights that lack an array or have one of another shape; what they have more,
        such as a pooler, is not taken.
        """
        arrays = {**self._new_head(seed), **arrays}
        for name, variable in self.variables.items():
            if name not in arrays:
                raise ValueError(f"the weights have no {name}")
            array = _turned(name, arrays[name])
            if tuple(variable.shape) != array.shape:
                raise ValueError(f"{name}: expected the shape {tuple(variable.shape)}, got {array.shape}")
            variable.assign(array)

    def arrays(self) -> Arrays:
        """The weights as `load` takes them."""
        return {name: _turned(name, variable.numpy()) for name, variable in self.variables.items()}

    def checksum(self) -> int:
        """A number of 31 bits that depends on every weight."""
        digest = hashlib.sha256()
        for variable in self.variables.values():
            digest.update(variable.numpy().tobytes())
        return int.from_bytes(digest.digest()[:4], "big") >> 1

    def _new_head(self, seed: int) -> Arrays:
        shape = self.variables[f"{HEAD}.weight"].shape[::-1]
        draw = np.random.default_rng(seed)
        weight = draw.normal(0, _SPREAD, shape).astype(np.float32)
        return {f"{HEAD}.weight": weight, f"{HEAD}.bias": np.zeros(shape[0], np.float32)}

    def _named(self) -> Iterator[tuple[str, Any]]:
        embeddings = {"word": self._words, "position": self._positions, "token_type": self._segments}
        for name, layer in embeddings.items():
            yield f"embeddings.{name}_embeddings.weight", layer.embeddings.value
        yield from _of_layer("embeddings.LayerNorm", self._norm)
        for number, block in enumerate(self._blocks):
            for name, layer in block.layers().items():
                yield from _of_layer(f"encoder.layer.{number}.{name}", layer)
        yield from _of_layer(HEAD, self._head)


def _of_layer(name: str, layer: Any) -> Iterator[tuple[str, Any]]:
    weight, bias = (layer.gamma, layer.beta) if name.endswith("LayerNorm") else (layer.kernel, layer.bias)
    yield f"{name}.weight", weight.value
    yield f"{name}.bias", bias.value


def _turned(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Hugging Face's linear layers have a row an output, Keras's a row an input."""
    return array.T if array.ndim == 2 and "embeddings" not in name else array


def _dense(inputs: int, outputs: int) -> Any:
    layer = keras.layers.Dense(outputs)
    layer.build((None, inputs))
    return layer


def _embedding(rows: int, width: int) -> Any:
    layer = keras.layers.Embedding(rows, width)
    layer.build()
    return layer


def _norm(shape: Shape) -> Any:
    layer = keras.layers.LayerNormalization(epsilon=shape.epsilon)
    layer.build((None, None, shape.width))
    return layer
