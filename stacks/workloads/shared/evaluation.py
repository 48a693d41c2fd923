"""Where the evaluation of a training pipeline lies."""

from stacks.constructs.pipeline.steps import PropertyFile

STEP = "Evaluate"
FILE = PropertyFile("Evaluation", "output", "evaluation.json")
# Its place below what a training pipeline writes: for any execution, and of whichever of several models.
PLACE = f"*/{STEP}*/{FILE.output}/{FILE.path}"


def outputs(workload: str) -> str:
    """The prefix of the artifact bucket that a workload's training pipeline writes to."""
    return f"{workload}/training"
