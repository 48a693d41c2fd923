"""`python -m flask_image serve`: one gevent worker, as the managed scikit-learn image starts its server."""

import os
import sys

from gunicorn.app.wsgiapp import run

sys.argv = [
    "gunicorn",
    *("--workers", "1", "--worker-class", "gevent", "--timeout", "60", "--keep-alive", "75"),
    *("--bind", f"127.0.0.1:{os.environ['SAGEMAKER_BIND_TO_PORT']}"),
    "flask_image.application:app",
]
run()
