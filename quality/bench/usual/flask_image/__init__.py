"""An image as the usual toolkit makes it: gunicorn, gevent and Flask around a script's four functions."""
