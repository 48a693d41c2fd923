"""Versions of models that pipelines have registered: in a folder here, or in SageMaker's registry."""

from local.registry.folder import FolderRegistry
from local.registry.package import APPROVED, PENDING, REJECTED, Container, Package, Registry

__all__ = ["APPROVED", "PENDING", "REJECTED", "Container", "FolderRegistry", "Package", "Registry"]
