"""TensorFlow Serving's REST contract as a table: requests, and what is answered to the letter.

The sources are TensorFlow Serving's own: json_tensor.cc (values, formats, most errors), http_rest_api_util.cc and
http_rest_api_handler.cc (paths), predict_util.cc, classifier.cc and regressor.cc (signatures), server_core.cc and
get_model_status_impl.cc (models), and RapidJSON 1.1.0, with which it reads and writes.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from tensorflow_inference_image.servable import CLASSIFY, PREDICT, REGRESS, Signature, TensorInfo, Tensors
from tensorflow_inference_image.status import ServingError


class Request(NamedTuple):
    name: str
    method: str
    path: str
    body: str
    status: int
    answer: str


def error(text: str) -> str:
    return '{\n    "error": ' + json.dumps(text, ensure_ascii=False) + "\n}"


def rows(content: str) -> str:
    return '{\n    "predictions": [' + content + "\n    ]\n}"


def predict(name: str, body: str, status: int, answer: str, path: str = "/v1/models/half:predict") -> Request:
    return Request(name, "POST", path, body, status, answer)


def refused(name: str, body: str, text: str, status: int = 400) -> Request:
    return predict(name, body, status, error(text))


def instance(index: int, text: str, key: str = "") -> str:
    return f"Failed to process element: {index}{key} of 'instances' list. Error: INVALID_ARGUMENT: {text}"


def named(signature: str, rest: str) -> str:
    return f'{{"signature_name": "{signature}", {rest}}}'


def state(*versions: int) -> str:
    shown = ",\n".join(
        f'  {{\n   "version": "{version}",\n   "state": "AVAILABLE",\n   "status": {{\n'
        '    "error_code": "OK",\n    "error_message": ""\n   }\n  }'
        for version in versions
    )
    return f'{{\n "model_version_status": [\n{shown}\n ]\n}}\n'


ONE_ROW = '{\n    "instances": [\n        1\n    ],\n    "inputs": 1\n}'

# What is answered with numbers.
ANSWERED = [
    predict("rows", '{"instances": [1.0, 2.0, 5.0]}', 200, rows("3.5, 4.0, 5.5")),
    predict("whole numbers for floats", '{"instances": [1, 2]}', 200, rows("3.5, 4.0")),
    predict("rows that are lists", '{"instances": [[1.0, 2.0], [3.0, 4.0]]}', 200, rows("[3.5, 4.0], [4.5, 5.0]")),
    predict("rows by their name", '{"instances": [{"x": 1}, {"x": 2}]}', 200, rows("3.5, 4.0")),
    predict("columns", '{"inputs": [1.0, 5.0]}', 200, '{\n    "outputs": [\n        3.5,\n        5.5\n    ]\n}'),
    predict("columns by their name", '{"inputs": {"x": [1]}}', 200, '{\n    "outputs": [\n        3.5\n    ]\n}'),
    predict(
        "columns with a name too many", '{"inputs": {"x": [1], "z": 2}}', 200, '{\n    "outputs": [\n        3.5\n    ]\n}'
    ),
    predict("a column that is a number", '{"inputs": 1}', 200, '{\n    "outputs": 3.5\n}'),
    predict("a column without values", '{"inputs": []}', 200, '{\n    "outputs": []\n}'),
    predict("a row without values", '{"instances": [[]]}', 200, rows("[]")),
    predict("the first of two equal names", '{"instances": [1], "instances": [2]}', 200, rows("3.5")),
    predict("a byte order mark", '\ufeff{"instances": [1]}', 200, rows("3.5")),
    predict("a document that NUL ends", '{"instances": [1]}\0{', 200, rows("3.5")),
    predict("an empty signature name is the default", '{"signature_name": "", "instances": [1]}', 200, rows("3.5")),
    predict("the default by its name", named("serving_default", '"instances": [1]'), 200, rows("3.5")),
    predict("NaN", '{"instances": [NaN, 1]}', 200, rows("NaN, 3.5")),
    predict("infinities", '{"instances": [Infinity, -Infinity, Inf]}', 200, rows("Infinity, -Infinity, Infinity")),
    predict("six digits", '{"instances": [0.4]}', 200, rows("3.2")),
    predict("nine digits, where six are not the same number", '{"instances": [0.1234567]}', 200, rows("3.06172824")),
    predict("an exponent has no point added", '{"instances": [17999994.0]}', 200, rows("9e+06")),
    predict(
        "several inputs and outputs, in rows",
        named("many", '"instances": [{"ids": [1, 2], "text": "a"}, {"ids": [3, 4], "text": {"b64": "aGVsbG8="}}]'),
        200,
        rows(
            '\n        {\n            "text_bytes": {\n                "b64": "YQ=="\n            },\n            "total": 3\n        },'
            '\n        {\n            "text_bytes": {\n                "b64": "aGVsbG8="\n            },\n            "total": 7\n        }'
        ),
    ),
    predict(
        "several inputs and outputs, in columns",
        named("many", '"inputs": {"ids": [[1, 2], [3, 4]], "text": ["a", "b"]}'),
        200,
        '{\n    "outputs": {\n        "text_bytes": [\n            {\n                "b64": "YQ=="\n            },\n'
        '            {\n                "b64": "Yg=="\n            }\n        ],\n'
        '        "total": [\n            3,\n            7\n        ]\n    }\n}',
    ),
    predict(
        "text as it came, with RapidJSON's escapes",
        named("text", '"instances": ["a\\"\\\\/\\u0001\\n", "\\ud83d\\ude02é"]'),
        200,
        rows('"a\\"\\\\/\\u0001\\n", "😂é"'),
    ),
    predict("base64 without padding", named("text", '"instances": [{"b64": "YQ"}]'), 200, rows('"a"')),
    predict("text in lists", named("text", '"instances": [["a"], [{"b64": "Yg=="}]]'), 200, rows('["a"], ["b"]')),
    predict("a double", named("double", '"instances": [0.1, 1e300]'), 200, rows("0.1, 1e+300")),
    predict(
        "seventeen digits of a double",
        named("double", '"instances": [0.1234567890123]'),
        200,
        rows("0.12345678901230001"),
    ),
    predict("true and false", named("flag", '"instances": [true, false]'), 200, rows("true, false")),
    predict("the largest integers", named("int64", '"instances": [9223372036854775807]'), 200, rows("9223372036854775807")),
    predict("unsigned integers", named("uint64", '"instances": [18446744073709551615]'), 200, rows("18446744073709551615")),
    predict("a narrow integer wraps around", named("int8", '"instances": [300, -1]'), 200, rows("44, -1")),
    predict("a version", '{"instances": [1]}', 200, rows("2.5"), "/v1/models/half/versions/1:predict"),
    predict("a path in other case", '{"instances": [1]}', 200, rows("3.5"), "/V1/Models/half:PREDICT"),
    predict("a name that is escaped", '{"instances": [1]}', 200, rows("3.5"), "/v1/models/h%61lf:predict"),
    Request("the state of a model", "GET", "/v1/models/half", "", 200, state(2, 1)),
    Request("the state of a version", "GET", "/v1/models/half/versions/1", "", 200, state(1)),
]  # fmt: skip

# What is wrong with a document.
DOCUMENTS = [
    refused("no document", "", "JSON Parse error: The document is empty"),
    refused("blanks alone", "  ", "JSON Parse error: The document is empty. at offset: 2"),
    refused("no JSON", "instances = [1]", "JSON Parse error: Invalid value. at offset: 0"),
    refused("an end too early", '{"instances": [1, 2', "JSON Parse error: Missing a comma or ']' after an array element. at offset: 19"),
    refused("a comma too many", '{"instances": [1,]}', "JSON Parse error: Invalid value. at offset: 17"),
    refused("a name without quotes", "{a: 1}", "JSON Parse error: Missing a name for object member. at offset: 1"),
    refused("no colon", '{"a" 1}', "JSON Parse error: Missing a colon after a name of object member. at offset: 5"),
    refused("no comma", '{"a": 1 "b": 2}', "JSON Parse error: Missing a comma or '}' after an object member. at offset: 8"),
    refused("an open quote", '{"instances": ["tweet', "JSON Parse error: Missing a closing quotation mark in string. at offset: 21"),
    refused("a line break in text", '{"instances": ["a\nb"]}', "JSON Parse error: Invalid escape character in string. at offset: 17"),
    refused("an unknown escape", '{"instances": ["\\x"]}', "JSON Parse error: Invalid escape character in string. at offset: 16"),
    refused("half a surrogate pair", '{"instances": ["\\ud83d"]}', "JSON Parse error: The surrogate pair in string is invalid. at offset: 16"),
    refused("no digits in an escape", '{"instances": ["\\u00g0"]}', "JSON Parse error: Incorrect hex digit after \\u escape in string. at offset: 16"),
    refused("a number too big", '{"instances": [1e309]}', "JSON Parse error: Number too big to be stored in double. at offset: 15"),
    refused("a point without digits", '{"instances": [1.]}', "JSON Parse error: Miss fraction part in number. at offset: 17"),
    refused("an exponent without digits", '{"instances": [1e]}', "JSON Parse error: Miss exponent in number. at offset: 17"),
    refused("a second document", '{"instances": [1]} {}', "JSON Parse error: The document root must not be followed by other values. at offset: 19"),
    refused("an array", "[1]", "JSON Value: [\n    1\n] Is not object"),
    refused("a number", "1.5", "JSON Value: 1.5 Is not object"),
    refused("a signature that is no text", '{"signature_name": 5}', "JSON Value: {\n    \"signature_name\": 5\n} not formatted correctly. 'signature_name' key must be a string value."),
    refused("an unknown signature", named("nope", '"instances": [1]'), 'Serving signature name: "nope" not found in signature def'),
    refused("a signature without inputs", named("constant", '"instances": [1]'), "Failed to get input map for signature: constant"),
    refused("neither rows nor columns", "{}", "Missing 'inputs' or 'instances' key"),
    refused("both", '{"instances": [1], "inputs": 1}', f"JSON Value: {ONE_ROW} Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist "),
    refused("rows that are no list", '{"instances": "tweet"}', "JSON Value: {\n    \"instances\": \"tweet\"\n} Excepting 'instances' to be an list/array"),
    refused("no rows", '{"instances": []}', "JSON Value: {\n    \"instances\": []\n} No values in 'instances' array"),
]  # fmt: skip

# What is wrong with values.
VALUES = [
    refused("text for a number", '{"instances": [1, "tweet"]}', instance(1, 'JSON Value: "tweet" Type: String is not of expected type: float')),
    refused("null", '{"instances": [null]}', instance(0, "JSON Value: null Type: Null is not of expected type: float")),
    refused("true for a number", '{"instances": [true]}', instance(0, "JSON Value: true Type: True is not of expected type: float")),
    refused("an object for a number", '{"instances": [{"b64": "YQ=="}]}', instance(0, 'JSON Value: {\n    "b64": "YQ=="\n} Type: Object is not of expected type: float')),
    refused("an integer that loses digits", '{"instances": [16777217]}', instance(0, "Cannot convert JSON value: 16777217 to float without loss of precision.")),
    refused("a double that is no float", '{"instances": [1e39]}', instance(0, "Cannot convert JSON value: 1e+39 to float without loss of precision.")),
    refused("a double that loses digits", named("double", '"instances": [9007199254740993]'), instance(0, "Cannot convert JSON value: 9007199254740993 to double without loss of precision.")),
    refused("a point in an integer", named("int64", '"instances": [1.0]'), instance(0, "JSON Value: 1.0 Type: Number is not of expected type: int64")),
    refused("an integer too large", named("int32", '"instances": [2147483648]'), instance(0, "JSON Value: 2147483648 Type: Number is not of expected type: int32")),
    refused("a negative unsigned integer", named("uint64", '"instances": [-1]'), instance(0, "JSON Value: -1 Type: Number is not of expected type: uint64")),
    refused("a number for a flag", named("flag", '"instances": [1]'), instance(0, "JSON Value: 1 Type: Number is not of expected type: bool")),
    refused("a number for text", named("text", '"instances": [1]'), instance(0, "JSON Value: 1 Type: Number is not of expected type: string")),
    refused("an object for text", named("text", '"inputs": [{"c": 1}]'), 'JSON Value: {\n    "c": 1\n} not formatted correctly for base64 data'),
    refused("base64 that is none", named("text", '"instances": [{"b64": "Y"}]'), instance(0, "Unable to base64 decode")),
    refused("base64 padded wrongly", named("text", '"instances": [{"b64": "YQ="}]'), instance(0, "Unable to base64 decode")),
    refused("a type that JSON does not have, in rows", named("half_precision", '"instances": [1]'), "Failed to process element: 0 of 'instances' list. Error: UNIMPLEMENTED: Conversion of JSON Value: 1 to type: half"),
    refused("a type that JSON does not have, in columns", named("half_precision", '"inputs": [1]'), "Conversion of JSON Value: 1 to type: half", 501),
    refused("another size", '{"instances": [[1, 2], [3]]}', instance(1, "Expecting tensor size: 2 but got: 1")),
    refused("another shape", '{"instances": [[1], [[2]]]}', instance(1, "Expecting shape [1] but got: [1,1]")),
    refused("a number beside a list", '{"instances": [1, [1]]}', instance(1, "Expecting shape [] but got: [1]")),
    refused("a list beside a list of lists", '{"inputs": [[1], 2]}', "JSON Value: 2 found at incorrect level: 2 in the JSON DOM. Expected at level: 2"),
    refused("a list too deep", '{"inputs": [1, [2]]}', "Encountered list at unexpected level: 1 expected < 1"),
    refused("a list too long", '{"inputs": [[1], [2, 3]]}', "Encountered list at unexpected size: 2 at level: 1 expected size: 1"),
    refused("an object beside a value", '{"instances": [1, {"x": 1}]}', "Expecting value/list but got object at item 1 of input list"),
    refused("a value beside an object", '{"instances": [{"x": 1}, 1]}', "Expecting object but got list at item 1 of input list"),
    refused("an unknown name", '{"instances": [{"z": 1}]}', instance(0, "JSON object: does not have named input: z", " key: z")),
    refused("a value that is wrong, by its name", '{"instances": [{"x": "tweet"}]}', instance(0, 'JSON Value: "tweet" Type: String is not of expected type: float', " key: x")),
    refused("values without names, of several inputs", named("many", '"instances": [[1, 2]]'), "instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map"),
    refused("a name that is missing in a row", named("many", '"instances": [{"ids": [1]}]'), "Failed to process element: 0 of 'instances' list. JSON object: {\n    \"ids\": [\n        1\n    ]\n} keys must be equal to: ids,text"),
    refused("a column without names, of several inputs", named("many", '"inputs": [[1, 2]]'), "inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map"),
    refused("a column that is missing", named("many", '"inputs": {"ids": [[1]]}'), "Missing named input: text in 'inputs' object."),
    refused("an output without rows", named("scalar", '"instances": [1]'), "Tensor name: y has no shape information "),
    refused("outputs of other numbers of rows", named("uneven", '"instances": [1]'), "Tensor name: b has inconsistent batch size: 2 expecting: 1"),
    refused("an output that JSON does not have", named("complex", '"instances": [1]'), "Failed to write JSON value for tensor type: complex64"),
]  # fmt: skip

# What is wrong with a path, or with what it names.
BODY = '{"instances": [1]}'
PATHS = [
    predict("an unknown model", BODY, 404, error("Servable not found for request: Latest(nope)"), "/v1/models/nope:predict"),
    predict("an unknown version", BODY, 404, error("Servable not found for request: Specific(half, 99)"), "/v1/models/half/versions/99:predict"),
    predict("a label, which nothing has", BODY, 400, error("Unrecognized servable version label: stable"), "/v1/models/half/labels/stable:predict"),
    predict("a version that is no number", BODY, 400, error("Malformed request: POST /v1/models/half/versions/one:predict"), "/v1/models/half/versions/one:predict"),
    predict("a version and a label", BODY, 400, error("Malformed request: POST /v1/models/half/versions/1/labels/a:predict"), "/v1/models/half/versions/1/labels/a:predict"),
    predict("a version that is no int64 has no text", BODY, 400, "", "/v1/models/half/versions/18446744073709551615:predict"),
    predict("no method", BODY, 400, error("Malformed request: POST /v1/models/half"), "/v1/models/half"),
    predict("another method", BODY, 400, error("Malformed request: POST /v1/models/half:explain"), "/v1/models/half:explain"),
    predict("another path", BODY, 400, error("Malformed request: POST /v1/foo"), "/v1/foo"),
    Request("no model", "GET", "/v1/models", "", 400, error("Missing model name in request.")),
    Request("a prediction that is asked for", "GET", "/v1/models/half:predict", "", 400, error("Malformed request: GET /v1/models/half:predict")),
    Request("the state of an unknown model", "GET", "/v1/models/nope", "", 404, error("Could not find any versions of model nope")),
    Request("the state of an unknown version", "GET", "/v1/models/half/versions/9", "", 404, error("Could not find version 9 of model half")),
    Request("the state of a label", "GET", "/v1/models/half/labels/a", "", 400, error("Unrecognized servable version label: a")),
    Request("metadata of an unknown model", "GET", "/v1/models/nope/metadata", "", 404, error("Servable not found for request: Latest(nope)")),
    Request("metadata that is sent", "POST", "/v1/models/half/metadata", "", 400, error("Malformed request: POST /v1/models/half/metadata")),
    Request("a model that is removed", "DELETE", "/v1/models/half", "", 400, error("Malformed request: DELETE /v1/models/half")),
    Request("a path of no API", "GET", "/index.html", "", 404, ""),
    predict("an empty document for an unknown model", "", 400, error("JSON Parse error: The document is empty"), "/v1/models/nope:predict"),
]  # fmt: skip

CLASSIFIED, REGRESSED = "/v1/models/half:classify", "/v1/models/half:regress"
NO_EXAMPLES = (
    "JSON Value: {\n    \"a\": 1\n} When method is classify, key 'examples' is expected and was not found"
)

# Of signatures made for it: `score` and `number` give half of x and 2 more.
EXAMPLES = [
    predict("a number for each example", named("number", '"examples": [{"x": 80.0}, {"x": [1.0]}]'), 200, '{\n    "results": [42.0, 2.5]\n}', REGRESSED),
    predict("labels and scores", named("score", '"examples": [{"x": 20.0}]'), 200, '{\n    "results": [[["", 12.0]]\n    ]\n}', CLASSIFIED),
    predict("a context before each example", named("number", '"context": {"x": 80.0}, "examples": [{}, {"z": ["a"]}]'), 200, '{\n    "results": [42.0, 42.0]\n}', REGRESSED),
    predict("no examples", '{"a": 1}', 400, error(NO_EXAMPLES), CLASSIFIED),
    predict("examples that are no list", '{"examples": 1}', 400, error("JSON Value: {\n    \"examples\": 1\n} Expecting 'examples' value to be an list/array"), REGRESSED),
    predict("an empty list of examples", '{"examples": []}', 400, error("JSON Value: {\n    \"examples\": []\n} 'examples' value is an empty array"), REGRESSED),
    predict("an example that is no object", '{"examples": [1]}', 400, error("Example must be JSON object but got JSON Number"), CLASSIFIED),
    predict("a feature of several kinds", '{"examples": [{"x": [1, "a"]}]}', 400, error("Unexpected element type in feature: x expecting type: int64"), CLASSIFIED),
    predict("a feature that is null", '{"examples": [{"x": null}]}', 400, error("Feature: x has element with unexpected JSON type: Null"), CLASSIFIED),
    predict("a feature with a list in it", '{"examples": [{"x": [[1]]}]}', 400, error("Feature: x has element with unexpected JSON type: Array"), CLASSIFIED),
    predict("a feature too large", '{"examples": [{"x": 18446744073709551615}]}', 400, error("Feature: x has uint64 element. Only int64 is supported."), CLASSIFIED),
    predict("a feature that loses digits", '{"examples": [{"x": 1e39}]}', 400, error("Cannot convert JSON value: 1e+39 to float without loss of precision."), CLASSIFIED),
    predict("classify by a signature for predict", '{"examples": [{"x": 1.0}]}', 400, error(f"Expected classification signature method_name to be {CLASSIFY}. Was: {PREDICT}"), CLASSIFIED),
    predict("regress by a signature for predict", '{"examples": [{"x": 1.0}]}', 400, error(f"Expected regression signature method_name to be {REGRESS}. Was: {PREDICT}"), REGRESSED),
    predict("classify by an unknown signature", named("nope", '"examples": [{}]'), 400, error("No signature was found with the name: nope"), CLASSIFIED),
    predict("classify by an unknown model", '{"examples": [{}]}', 404, error("Servable not found for request: Latest(nope)"), "/v1/models/nope:classify"),
]  # fmt: skip

TABLE = ANSWERED + DOCUMENTS + VALUES + PATHS

Run = Callable[[Tensors], Tensors]


def _same(name: str, dtype: str) -> Signature:
    info = TensorInfo(dtype, (-1,), f"{name}:0")
    return Signature({"x": info}, {"y": info})


def _number_of(example: bytes) -> float:
    """The first float of a serialized example that these tests write: four bytes behind its name."""
    at = example.index(b"\x0a\x01x") + 3
    return float(np.frombuffer(example[at + 6 : at + 10], dtype="<f4")[0])


class Half:
    """Stands for a SavedModel: half of x and a constant, and signatures for whatever else a request may be."""

    def __init__(self, constant: float) -> None:
        self._constant = constant
        self.refuses: ServingError | None = None

    @property
    def signatures(self) -> Mapping[str, Signature]:
        number = TensorInfo("DT_FLOAT", (-1,), "y:0")
        example = {"inputs": TensorInfo("DT_STRING", None, "example:0")}
        return {
            "serving_default": _same("default", "DT_FLOAT"),
            "many": Signature(
                {"ids": TensorInfo("DT_INT64", (-1, -1), "ids:0"), "text": TensorInfo("DT_STRING", (-1,), "text:0")},
                {"total": TensorInfo("DT_INT64", (-1,)), "text_bytes": TensorInfo("DT_STRING", (-1,))},
            ),
            "text": _same("text", "DT_STRING"),
            "double": _same("double", "DT_DOUBLE"),
            "flag": _same("flag", "DT_BOOL"),
            "int8": _same("int8", "DT_INT8"),
            "int32": _same("int32", "DT_INT32"),
            "int64": _same("int64", "DT_INT64"),
            "uint64": _same("uint64", "DT_UINT64"),
            "half_precision": _same("half_precision", "DT_HALF"),
            "constant": Signature({}, {"y": number}),
            "scalar": Signature({"x": number}, {"y": TensorInfo("DT_FLOAT", ())}),
            "uneven": Signature({"x": number}, {"a": number, "b": number}),
            "complex": Signature({"x": number}, {"y": TensorInfo("DT_COMPLEX64", (-1,))}),
            "number": Signature(example, {"outputs": number}, REGRESS),
            "score": Signature(example, {"scores": TensorInfo("DT_FLOAT", (-1, 1))}, CLASSIFY),
        }  # fmt: skip

    def run(self, signature: Signature, inputs: Tensors) -> Tensors:
        if self.refuses is not None:
            raise self.refuses
        name = next(name for name, one in self.signatures.items() if one == signature)
        if name in ("number", "score"):
            numbers = [_number_of(example) * 0.5 + 2 for example in inputs["inputs"]]
            column = np.array(numbers, dtype=np.float32)
            return {"outputs": column} if name == "number" else {"scores": column.reshape(-1, 1)}
        if name == "many":
            return {"total": inputs["ids"].sum(axis=1), "text_bytes": inputs["text"]}
        x: Any = inputs["x"]
        if name == "serving_default":
            return {"y": (x * np.float32(0.5) + np.float32(self._constant)).astype(np.float32)}
        if name == "scalar":
            return {"y": x.sum()}
        if name == "uneven":
            return {"a": x, "b": np.concatenate([x, x])}
        return {"y": x.astype(np.complex64) if name == "complex" else x}
