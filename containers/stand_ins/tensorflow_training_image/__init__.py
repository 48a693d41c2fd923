"""Stands in for AWS's TensorFlow training image: script mode, and the cluster's description in TF_CONFIG."""
