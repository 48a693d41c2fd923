"""Writes the KFP pipeline as KFP takes it.

python kubeflow/compile.py                        kubeflow/training_pipeline.yaml, which is committed
python kubeflow/compile.py --image URI mine.yaml  with the image where you have pushed it
"""

import argparse
from pathlib import Path

import components
from kfp import compiler
from training_pipeline import training

COMMITTED = Path(__file__).with_name("training_pipeline.yaml")


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes the KFP pipeline as KFP takes it.")
    parser.add_argument("file", nargs="?", type=Path, default=COMMITTED, help="the YAML file to write")
    parser.add_argument("--image", default=components.IMAGE, help="what kubeflow/Dockerfile was pushed as")
    arguments = parser.parse_args()
    for executor in training.pipeline_spec.deployment_spec["executors"].values():
        executor["container"]["image"] = arguments.image
    compiler.Compiler().compile(training, str(arguments.file))


if __name__ == "__main__":
    main()
