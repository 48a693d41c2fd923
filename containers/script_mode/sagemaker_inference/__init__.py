"""The names of SageMaker's `sagemaker_inference` that public scripts import, over our toolkit."""

from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)
