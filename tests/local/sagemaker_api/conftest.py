"""One served workspace for the tests of a worker: their jobs have names of their own."""

from collections.abc import Iterator

import pytest
from laptop import BUCKET, Laptop, served


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    with served(tmp_path_factory.mktemp("laptop")) as laptop:
        laptop.client("s3").put_object(Bucket=BUCKET, Key="in/train/rows.csv", Body=b"1,2\n")
        yield laptop
