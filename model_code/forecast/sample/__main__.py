"""Write a file with the format of ElectricityLoadDiagrams20112014 from a seed.

As in the public file, clients differ in size by orders of magnitude and share the shapes of day and week;
some begin late, some have an outage.
"""

from datetime import datetime, timedelta

import numpy as np
import sample_file
from job_files import write
from numpy.typing import NDArray

START = datetime(2014, 1, 1, 0, 15)
QUARTERS_A_DAY = 96

Values = NDArray[np.float64]


def main() -> None:
    parser = sample_file.parser(__doc__)
    parser.add_argument("--clients", type=int, default=60, help="columns of the file (default 60)")
    parser.add_argument("--days", type=int, default=273, help="days from 2014-01-01 on (default 273)")
    # Every workload's sample takes --rows; here a row is a quarter of an hour.
    parser.add_argument("--rows", type=int, help="rows of the file, in place of --days")
    arguments = parser.parse_args()
    rows = arguments.rows or arguments.days * QUARTERS_A_DAY
    if arguments.clients < 1 or rows < 2:
        parser.error("--clients must be at least 1, and --rows at least 2")
    write(arguments.output, sample(rows, arguments.clients, arguments.seed))


def sample(rows: int, clients: int, seed: int) -> bytes:
    """The file's bytes: `;` between cells, names and timestamps quoted, decimal commas."""
    # RandomState, because numpy promises its stream for good.
    random = np.random.RandomState(seed)
    columns = [_client(rows, random) for _ in range(clients)]
    header = ";".join(['""', *(f'"MT_{number:03}"' for number in range(1, clients + 1))])
    stamps = (START + row * timedelta(minutes=15) for row in range(rows))
    cells = np.stack(columns, axis=1)
    lines = [
        ";".join([f'"{stamp}"', *(f"{load:.2f}".replace(".", ",") for load in row)])
        for stamp, row in zip(stamps, cells.tolist(), strict=True)
    ]
    return "".join(line + "\n" for line in [header, *lines]).encode()


def _client(rows: int, random: np.random.RandomState) -> Values:
    quarter = np.arange(rows)
    hour, day = quarter % QUARTERS_A_DAY / 4, quarter // QUARTERS_A_DAY
    weekend = (day + START.weekday()) % 7 >= 5
    level = 10 ** random.uniform(0.5, 2.5)
    peak, width, depth, rest = (
        random.uniform(9, 20),
        random.uniform(2, 5),
        random.uniform(0.3, 0.9),
        random.uniform(0.4, 1),
    )
    # A day's hump, lower at weekends; a slow swing over the year; days that differ; noise of each quarter.
    shape = 1 + depth * np.exp(-(((hour - peak + 12) % 24 - 12) ** 2) / (2 * width**2))
    year = 1 + random.uniform(-0.3, 0.3) * np.sin(2 * np.pi * day / 365)
    days = np.exp(0.08 * _wandering(int(day[-1]) + 1, random))[day]
    loads = level * shape * np.where(weekend, rest, 1.0) * year * days * random.normal(1, 0.05, rows)
    if random.random_sample() < 0.2:
        loads[: random.randint(rows // 3)] = 0
    if random.random_sample() < 0.15:
        outage = random.randint(rows - QUARTERS_A_DAY)
        loads[outage : outage + random.randint(QUARTERS_A_DAY)] = 0
    return np.clip(loads, 0, None)


def _wandering(days: int, random: np.random.RandomState) -> Values:
    steps = random.normal(0, 1, days)
    level = np.zeros(days)
    for day in range(1, days):
        level[day] = 0.8 * level[day - 1] + steps[day]
    return level


if __name__ == "__main__":
    main()
