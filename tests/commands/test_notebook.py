"""`make notebook`: JupyterLab comes up with the notebook, and ends when it is told to."""

from project import Project, lab_starts


def test_jupyterlab_starts(project: Project) -> None:
    assert "installing JupyterLab into an environment of its own" in lab_starts(project, "notebook")
