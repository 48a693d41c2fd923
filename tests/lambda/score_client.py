"""An endpoint of scores that is played."""

import json

from played_runtime import PlayedRuntime


class Runtime(PlayedRuntime):
    """Its endpoint answers `score` for each row."""

    def reply(self, body: str, accept: str) -> str:
        count = len(body.splitlines())
        answers = {
            "application/json": json.dumps({"predictions": [{"score": 0.25}] * count}),
            "text/csv": "0.25\n" * count,
        }
        return answers[accept]
