"""One request to a model's own script, without server or toolkit.

    python script_hop.py MODEL_FOLDER PROGRAM CONTENT_TYPE ACCEPT <body >answer

The answer's first line is its media type. A program, so that each model's modules are alone in it.
"""

import importlib
import sys
from pathlib import Path


def main(model_folder: str, program: str, content_type: str, accept: str) -> None:
    sys.path.insert(0, str(Path(model_folder) / "code"))
    script = importlib.import_module(program.removesuffix(".py"))
    data = script.input_fn(sys.stdin.buffer.read(), content_type)
    body, media_type = script.output_fn(script.predict_fn(data, script.model_fn(model_folder)), accept)
    sys.stdout.buffer.write(media_type.encode() + b"\n" + (body.encode() if isinstance(body, str) else body))


if __name__ == "__main__":
    main(*sys.argv[1:])
