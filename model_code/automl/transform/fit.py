"""Fit a candidate's transformers on SM_CHANNEL_TRAIN and write a complete SM_MODEL_DIR.

SM_CHANNEL_CANDIDATES has schema.json and the generated module with a file for each candidate. The rows are
CSV without header, all columns of the table in their order, with the target.
"""

import argparse
import os
import sys
from pathlib import Path

import candidate_file
from feature_pipeline import FeaturePipeline
from hop_request import RequestError, csv_text
from saved_code import save_code
from table_rows import RowReader
from table_schema import FILE, Schema


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--candidate", required=True, help="the candidate's name, such as dpp0-xgboost")
    arguments = parser.parse_args()
    channel, model = Path(os.environ["SM_CHANNEL_TRAIN"]), Path(os.environ["SM_MODEL_DIR"])
    candidates = Path(os.environ["SM_CHANNEL_CANDIDATES"])
    try:
        schema = Schema.load(candidates / FILE)
        pipeline = candidate_file.load(candidates, arguments.candidate)
        rows = read(channel, schema)
        fit(pipeline, schema, rows)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    pipeline.save(model)
    schema.save(model / FILE)
    save_code(Path(__file__), model / "code")
    print(f"{arguments.candidate}: fitted {pipeline.width} features on {len(rows)} rows")


def read(channel: Path, schema: Schema) -> list[list[str]]:
    """The cells of the channel's rows without the label, which is checked; ValueError names file and row."""
    reader = RowReader(schema)
    rows: list[list[str]] = []
    for path in sorted(channel.glob("*.csv")):
        try:
            found = reader.read(csv_text(path.read_bytes()))
        except RequestError as error:
            raise ValueError(f"{path.name}: {error}") from None
        if found.labels is None:
            raise ValueError(f"{path.name}: expected the target in column {schema.target_index + 1}")
        rows += [[*cells] for cells in found.cells]
    if not rows:
        raise ValueError(f"no rows in {channel}/*.csv")
    return rows


def fit(pipeline: FeaturePipeline, schema: Schema, rows: list[list[str]]) -> None:
    pipeline.fit([column.name for column in schema.columns], [*zip(*rows, strict=True)])
    if not pipeline.width:
        raise ValueError("the transformers make no features of these rows; change their parameters")


if __name__ == "__main__":
    main()
