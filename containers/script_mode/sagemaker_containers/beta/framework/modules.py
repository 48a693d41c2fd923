"""Scripts import this module beside others and use nothing of it; it installs and runs nothing here."""

from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)
