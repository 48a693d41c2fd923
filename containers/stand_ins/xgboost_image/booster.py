"""A trained booster through XGBoost's C interface, for prediction only.

`import xgboost` brings SciPy, pandas and scikit-learn: 3 s and 150 MB that a serving container does not need.
"""

import ctypes
import functools
import importlib.util
import json
import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from toolkit.errors import ContainerProblem

Table = NDArray[np.float32]

_FloatPointer = ctypes.POINTER(ctypes.c_float)
_LengthPointer = ctypes.POINTER(ctypes.c_uint64)
_Handle = ctypes.c_void_p
_SIGNATURES: dict[str, list[Any]] = {
    "XGBoosterCreate": [_Handle, ctypes.c_uint64, ctypes.POINTER(_Handle)],
    "XGBoosterLoadModelFromBuffer": [_Handle, ctypes.c_char_p, ctypes.c_uint64],
    "XGBoosterSetParam": [_Handle, ctypes.c_char_p, ctypes.c_char_p],
    "XGBoosterGetNumFeature": [_Handle, _LengthPointer],
    "XGBoosterBoostedRounds": [_Handle, ctypes.POINTER(ctypes.c_int)],
    "XGBoosterGetAttr": [
        _Handle,
        ctypes.c_char_p,
        ctypes.POINTER(ctypes.c_char_p),
        ctypes.POINTER(ctypes.c_int),
    ],
    "XGBoosterSaveJsonConfig": [_Handle, _LengthPointer, ctypes.POINTER(ctypes.c_char_p)],
    "XGBoosterPredictFromDense": [
        _Handle,
        ctypes.c_char_p,
        ctypes.c_char_p,
        _Handle,
        ctypes.POINTER(_LengthPointer),
        _LengthPointer,
        ctypes.POINTER(_FloatPointer),
    ],
    "XGProxyDMatrixCreate": [ctypes.POINTER(_Handle)],
    "XGDMatrixCreateFromDense": [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(_Handle)],
    "XGDMatrixFree": [_Handle],
    "XGBoosterPredictFromDMatrix": [
        _Handle,
        _Handle,
        ctypes.c_char_p,
        ctypes.POINTER(_LengthPointer),
        _LengthPointer,
        ctypes.POINTER(_FloatPointer),
    ],
    "XGBoosterFree": [_Handle],
}


class XgboostError(Exception):
    """The library refused a call; the message is its own."""


class _Proxy(threading.local):
    """One matrix handle a thread, reused: to make one the library reads the CPU quota from disk, which costs
    as much as the prediction of a row. Beside it is where the library says what it predicted."""

    def __init__(self) -> None:
        self.handle = _Handle()
        _call("XGProxyDMatrixCreate", ctypes.byref(self.handle))
        self.shape, self.dimensions, self.result = _LengthPointer(), ctypes.c_uint64(), _FloatPointer()
        self.out = ctypes.byref(self.shape), ctypes.byref(self.dimensions), ctypes.byref(self.result)


class Booster:
    """One model in XGBoost's UBJ or JSON format. `predict` may be called from several threads.

    It scores with all `rounds` that the file holds; with `best_iteration` set, with the first `best_rounds`,
    those up to the one that early stopping chose.
    """

    def __init__(self, raw: bytes, *, best_iteration: bool = False) -> None:
        self._handle = _Handle()
        self._proxy = _Proxy()
        _call("XGBoosterCreate", None, 0, ctypes.byref(self._handle))
        _call("XGBoosterLoadModelFromBuffer", self._handle, raw, len(raw))
        _call("XGBoosterSetParam", self._handle, b"nthread", b"1")
        features = ctypes.c_uint64()
        _call("XGBoosterGetNumFeature", self._handle, ctypes.byref(features))
        self.features = features.value
        learner = self._configuration()["learner"]
        self.objective: str = learner["objective"]["name"]
        self.classes = int(learner["learner_model_param"].get("num_class", 0))
        boosted = ctypes.c_int()
        _call("XGBoosterBoostedRounds", self._handle, ctypes.byref(boosted))
        self.rounds = boosted.value
        self.best_rounds = self._best_iteration() + 1 or self.rounds
        # A linear model has no in-place prediction.
        self._in_place = learner["gradient_booster"]["name"] != "gblinear"
        self._options = json.dumps(
            {
                "type": 0,
                "training": False,
                "iteration_begin": 0,
                # 0 is all rounds.
                "iteration_end": self.best_rounds if best_iteration else 0,
                "strict_shape": False,
                "missing": math.nan,
            }
        ).encode()

    def __del__(self) -> None:
        if self._handle:
            _call("XGBoosterFree", self._handle)

    def predict(self, table: Table) -> Table:
        """One value a row, or one row of values for an objective with several outputs; NaN is missing.

        The table is C-contiguous, with exactly `features` columns.
        """
        proxy = self._proxy
        rows = _array_interface(table)
        if self._in_place:
            _call("XGBoosterPredictFromDense", self._handle, rows, self._options, proxy.handle, *proxy.out)
        else:
            matrix = _Handle()
            _call("XGDMatrixCreateFromDense", rows, b'{"missing": NaN}', ctypes.byref(matrix))
            try:
                _call("XGBoosterPredictFromDMatrix", self._handle, matrix, self._options, *proxy.out)
            finally:
                _call("XGDMatrixFree", matrix)
        lengths = proxy.shape[: proxy.dimensions.value]
        # The library keeps the buffer only until this thread's next prediction.
        copied = ctypes.string_at(proxy.result, math.prod(lengths) * table.itemsize)
        return np.frombuffer(copied, np.float32).reshape(lengths)

    def _configuration(self) -> dict[str, Any]:
        length, text = ctypes.c_uint64(), ctypes.c_char_p()
        _call("XGBoosterSaveJsonConfig", self._handle, ctypes.byref(length), ctypes.byref(text))
        configuration: dict[str, Any] = json.loads(text.value or b"{}")
        return configuration

    def _best_iteration(self) -> int:
        """The round that early stopping chose; -1 when there was none."""
        text, found = ctypes.c_char_p(), ctypes.c_int()
        _call("XGBoosterGetAttr", self._handle, b"best_iteration", ctypes.byref(text), ctypes.byref(found))
        return int(text.value) if found.value and text.value else -1


def _array_interface(table: Table) -> bytes:
    address = table.__array_interface__["data"][0]
    return b'{"data":[%d,true],"shape":[%d,%d],"typestr":"<f4","version":3}' % (address, *table.shape)


def _call(name: str, *arguments: Any) -> None:
    library = _library()
    if getattr(library, name)(*arguments) != 0:
        message: bytes = library.XGBGetLastError()
        raise XgboostError(message.decode(errors="replace").strip().splitlines()[0])


@functools.cache
def _library() -> ctypes.CDLL:
    spec = importlib.util.find_spec("xgboost")
    if spec is None or not spec.submodule_search_locations:
        raise ContainerProblem("XGBoost is not installed; install what versions.toml lists for the image.")
    library = ctypes.CDLL(str(Path(spec.submodule_search_locations[0]) / "lib" / "libxgboost.so"))
    library.XGBGetLastError.restype = ctypes.c_char_p
    for name, argument_types in _SIGNATURES.items():
        getattr(library, name).argtypes = argument_types
    return library
