"""The runner's errors: each says what is wrong and, where possible, what to do."""

from assembly.errors import SlipwayError


class ImageError(SlipwayError):
    """No program answers for an image."""


class EngineError(SlipwayError):
    """No container engine can do what is asked."""


class ArchiveError(SlipwayError):
    """A model archive is not one that may be unpacked."""


class StorageError(SlipwayError):
    """An S3 URI is malformed, outside the declared buckets, or holds nothing."""


class ContainerError(SlipwayError):
    """A container did not start, or ended while it was needed."""


class BusyError(SlipwayError):
    """Another process is doing what one at a time may do."""


class FilesError(SlipwayError):
    """A file or folder cannot be read as one, or may not be replaced."""


class PipelineError(SlipwayError):
    """A pipeline's definition or parameters cannot be run."""


class JobError(SlipwayError):
    """A job ended unsuccessfully, or its arguments ask for what the runner does not do."""


class StoppedError(JobError):
    """A job was stopped before its end."""


class TimeLimitError(StoppedError):
    """A job was stopped because its time was up."""
