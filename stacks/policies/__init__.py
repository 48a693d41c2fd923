"""Slipway's own policies: what no scanner sees of SageMaker, and what our workloads need.

A rule reads synthesized templates and nothing else, so the same rules run at every synth (`synth.attach`)
and once more on `cdk.out` (`python -m stacks.policies`), where an acknowledgement does not help.
"""
