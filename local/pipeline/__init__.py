"""Runs the definition of an AWS::SageMaker::Pipeline with local jobs."""
