"""The model of several containers refuses what CreateModel would refuse after ten minutes."""

from collections.abc import Sequence

import pytest

from stacks.constructs.model.image import ManagedImage
from stacks.constructs.model.inference_pipeline import Container, check_containers

IMAGE = ManagedImage("xgboost", "3.2-0")


def containers(*hostnames: str) -> Sequence[Container]:
    return [Container(hostname, IMAGE) for hostname in hostnames]


@pytest.mark.parametrize("count", [1, 2, 15])
def test_one_to_fifteen_containers_are_accepted(count: int) -> None:
    check_containers(containers(*(f"hop-{number}" for number in range(count))))


@pytest.mark.parametrize("count", [0, 16])
def test_fewer_or_more_are_refused_with_the_limit(count: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 15 containers, not {count}"):
        check_containers(containers(*(f"hop-{number}" for number in range(count))))


def test_a_hostname_that_is_taken_is_refused() -> None:
    with pytest.raises(ValueError, match="two containers share the hostname pca"):
        check_containers(containers("pca", "xgboost", "pca"))


@pytest.mark.parametrize("hostname", ["", "-pca", "pca-", "p_ca", "pca.local", "p" * 64])
def test_a_hostname_that_sagemaker_refuses_is_refused(hostname: str) -> None:
    with pytest.raises(ValueError, match="is not a hostname"):
        check_containers(containers("preprocess", hostname))


def test_an_environment_beyond_sagemakers_limits_is_refused() -> None:
    long = Container("pca", IMAGE, {"COLUMNS": "x" * 1025})
    with pytest.raises(ValueError, match="pca: the variable COLUMNS is longer than 1024 characters"):
        check_containers([long, *containers("xgboost")])
    many = Container("pca", IMAGE, {f"NAME_{number}": "" for number in range(101)})
    with pytest.raises(ValueError, match="pca: more than 100 environment variables"):
        check_containers([many, *containers("xgboost")])
