"""Write a file with churn.txt's columns and format from a seed."""

from churn_customers import sample
from sample_file import run

if __name__ == "__main__":
    run(__doc__, sample, rows=3333)
