"""Hyperparameters that whoever starts a pipeline may set."""

from collections.abc import Mapping, Sequence

from stacks.constructs.pipeline.references import Parameter


def settable(hyperparameters: Mapping[str, str], names: Mapping[str, Sequence[str]]) -> dict[str, Parameter]:
    """By hyperparameter, the pipeline's parameter that sets it; its default is the hyperparameter's value.

    `names` has each parameter's name, with the hyperparameters that it sets.
    """
    return {
        hyperparameter: Parameter.string(name, hyperparameters[hyperparameter])
        for name, several in names.items()
        for hyperparameter in several
    }
