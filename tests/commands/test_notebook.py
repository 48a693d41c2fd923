"""`make notebook`: JupyterLab comes up with the notebook, and ends when it is told to."""

import signal
import subprocess

from project import NOTHING_TO_INSTALL, Project


def test_jupyterlab_starts(project: Project) -> None:
    with subprocess.Popen(
        ["make", NOTHING_TO_INSTALL, "notebook", "NOTEBOOK_OPTIONS=--no-browser --port=0"],
        cwd=project.folder,
        env=project.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as lab:
        assert lab.stderr is not None
        said = ""
        while "is running at:" not in said:
            line = lab.stderr.readline()
            assert line, said
            said += line
        subprocess.run(["kill", f"-{signal.SIGTERM}", "--", f"-{lab.pid}"], check=True)
        lab.communicate()
    assert "installing JupyterLab into an environment of its own" in said
