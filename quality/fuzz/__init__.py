"""Coverage-guided fuzzing of every parser that reads what others wrote: `make fuzz`, by atheris.

`targets/` says what is fed and what has to hold of the result; `corpus/<target>/` keeps small inputs, found
cases among them, which the default tests replay without atheris.
"""
