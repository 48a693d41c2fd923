"""Who deploys: what CloudFormation calls for the resources of an assembly, and the policies that let it."""
