"""Analyze the development part of a table: its columns' types, and what a person should know about them.

Writes schema.json (`table_schema`) for the steps behind it, analysis.json (`table_analysis`) and the notebook
that shows it, and the candidates with their notebook.
"""

import json
import sys
from collections.abc import Sequence

import exploration_notebook
import table_analysis
import table_schema
from candidates import write_candidates
from job_files import only_file, write
from notebook_file import write_notebook
from table_analysis import analysis
from table_file import Table
from table_job import table_parser
from table_schema import Schema


def main(argv: Sequence[str] | None = None) -> None:
    parser = table_parser("analyze", __doc__, "development", ("analysis", "candidates", "notebooks"))
    arguments = parser.parse_args(argv)
    try:
        table = Table.read(only_file(arguments.development))
        schema = Schema.infer(table, arguments.target)
        write_candidates(schema, candidates=arguments.candidates, notebooks=arguments.notebooks)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    found = analysis(table, schema)
    document = json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
    write(arguments.analysis / table_analysis.FILE, document + "\n")
    write_notebook(arguments.notebooks / exploration_notebook.FILE, exploration_notebook.cells(found))
    schema.save(arguments.analysis / table_schema.FILE)
    print(f"analyzed {len(table.rows)} rows of {len(table.names)} columns")


if __name__ == "__main__":
    main()
