"""The script-mode toolkit of our image: `python -m toolkit serve|train`, as SageMaker starts a container."""
