"""A model of CloudFormation: deploys stacks onto what an account holds, and destroys them."""
