"""Managed images that several workloads' jobs or containers run in."""

from stacks.constructs.model.image import ManagedImage

SCIKIT_LEARN = ManagedImage.named("scikit-learn")
XGBOOST = ManagedImage.named("xgboost")
