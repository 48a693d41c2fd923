"""Changes that a service refuses when the resource is made, or that are too much for a limit."""

import json
from typing import Any

from planted_apps import App, Planted, adding, setting

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_SAGEMAKER = "https://docs.aws.amazon.com/sagemaker/latest/"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
_EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/"
_ALARM = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
_LIMITS = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/"
_GATEWAY = "https://docs.aws.amazon.com/apigateway/latest/"
_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/"
CHURN = "churn-serving"
FUNCTION = "Service/Function/Function"
ENDPOINT, CONFIG = "Endpoint/Endpoint", "Endpoint/Config"


def _variables(app: App, **variables: str) -> None:
    app.properties(CHURN, FUNCTION)["Environment"]["Variables"].update(variables)


def _variant(app: App, **properties: Any) -> None:
    app.properties(CHURN, CONFIG)["ProductionVariants"][0].update(properties)


def _shifting(app: App, **routing: Any) -> None:
    app.properties(CHURN, ENDPOINT)["DeploymentConfig"]["BlueGreenUpdatePolicy"][
        "TrafficRoutingConfiguration"
    ].update(routing)


def _missing_alarm(app: App) -> None:
    app.properties(CHURN, ENDPOINT)["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"] = [
        {"AlarmName": "slipway-dev-churn-not-yet"}
    ]


def _many_resources(app: App) -> None:
    for number in range(500):
        app.add("workbench", f"Topic{number}", "SNS::Topic")


def _many_outputs(app: App) -> None:
    app.template("workbench")["Outputs"].update({f"Output{number}": {"Value": "a"} for number in range(200)})


def _large_template(app: App) -> None:
    for number in range(300):
        app.add("workbench", f"Topic{number}", "SNS::Topic", DisplayName="a" * 3500)


def _underscore(app: App) -> None:
    app.add("workbench", "Team_Topic", "SNS::Topic")


def _statements(count: int, resource: str = "arn:aws:s3:::slipway-dev-data-{}/in/*") -> dict[str, Any]:
    found = [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource.format(one)}
        for one in range(count)
    ]
    return {"Version": "2012-10-17", "Statement": found}


def _grown_policy(app: App) -> None:
    policy = app.properties(CHURN, "ExecutionRole/DefaultPolicy")["PolicyDocument"]
    policy["Statement"] += _statements(110)["Statement"]


def _trust(app: App, **statement: Any) -> None:
    role = app.properties("workbench", "Role")
    role["AssumeRolePolicyDocument"]["Statement"][0].update(statement)


def _many_principals(app: App) -> None:
    accounts = [f"arn:aws:iam::{number}:root" for number in range(111111111111, 111111111181)]
    _trust(app, Principal={"AWS": accounts})


def _own_statement(app: App, **statement: Any) -> None:
    policy = app.properties("workbench", "Role/DefaultPolicy")["PolicyDocument"]
    policy["Statement"].append(
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*", **statement}
    )


def _locked_key(app: App) -> None:
    policy = app.properties("foundation", "Key")["KeyPolicy"]
    policy["Statement"] = [
        {
            "Effect": "Allow",
            "Action": ["kms:Encrypt", "kms:Decrypt"],
            "Principal": {"Service": "logs.eu-central-1.amazonaws.com"},
            "Resource": "*",
        }
    ]


def _key_without_logs(app: App) -> None:
    policy = app.properties("foundation", "Key")["KeyPolicy"]
    policy["Statement"] = [one for one in policy["Statement"] if "logs." not in json.dumps(one["Principal"])]


def _rules(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", **one} for one in rules]}}


def _named_bucket(app: App) -> None:
    app.add("workbench", "Team", "S3::Bucket", BucketName="slipway-team")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::other/*",
    }
    app.add(
        "workbench",
        "Policy",
        "S3::BucketPolicy",
        Bucket={"Ref": "Team"},
        PolicyDocument={"Statement": [statement]},
    )


def _bucket_without_objects(app: App) -> None:
    app.add("workbench", "Team", "S3::Bucket", BucketName="slipway-team")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::slipway-team",
    }
    app.add(
        "workbench",
        "Policy",
        "S3::BucketPolicy",
        Bucket={"Ref": "Team"},
        PolicyDocument={"Statement": [statement]},
    )


def _early_endpoint(app: App) -> None:
    for path in ("Model/Model", CONFIG, ENDPOINT):
        app.resource(CHURN, path).pop("DependsOn", None)


def _named_config(app: App) -> None:
    app.add(CHURN, "Second", "SageMaker::Endpoint", EndpointConfigName="slipway-second")
    app.add(
        CHURN,
        "SecondConfig",
        "SageMaker::EndpointConfig",
        EndpointConfigName="slipway-second",
        ProductionVariants=app.properties(CHURN, CONFIG)["ProductionVariants"],
    )


def _pipeline(app: App) -> None:
    app.properties("churn-training", "Pipeline/Pipeline")["PipelineDefinition"] = {
        "PipelineDefinitionBody": json.dumps(
            {"Version": "2020-12-01", "Steps": [{"Name": "Train", "Type": "Training", "DependsOn": ["Gone"]}]}
        )
    }


def _broken_pipeline(app: App) -> None:
    app.set(
        "churn-training", "Pipeline/Pipeline", PipelineDefinition={"PipelineDefinitionBody": '{"Steps": ['}
    )


def _hostnames(app: App) -> None:
    for one in app.properties(CHURN, "Model/Model")["Containers"]:
        one["ContainerHostname"] = "step"


def _no_methods(app: App) -> None:
    deployment = next(
        one
        for one in app.template(CHURN)["Resources"].values()
        if one["Type"] == "AWS::ApiGateway::Deployment"
    )
    app.add(CHURN, "Second", "ApiGateway::Deployment", RestApiId=deployment["Properties"]["RestApiId"])


def _path_twice(app: App) -> None:
    own = app.properties(CHURN, "Service/Api/Api/Default/health")
    app.add(CHURN, "Second", "ApiGateway::Resource", **own)


def _second_variable_path(app: App) -> None:
    own = app.properties(CHURN, "Service/Api/Api/Default/health")
    app.add(CHURN, "Second", "ApiGateway::Resource", **{**own, "PathPart": "{id}"})


def _no_gateway_role(app: App) -> None:
    template = app.template("foundation")
    template["Resources"] = {
        id: one for id, one in template["Resources"].items() if one["Type"] != "AWS::ApiGateway::Account"
    }


def _slow_queue(app: App) -> None:
    app.add(CHURN, "Queue", "SQS::Queue", VisibilityTimeout=10)
    app.add(
        CHURN,
        "Mapping",
        "Lambda::EventSourceMapping",
        EventSourceArn={"Fn::GetAtt": ["Queue", "Arn"]},
        FunctionName={"Ref": app.logical_id(CHURN, FUNCTION)},
    )


def _subnets(app: App, *blocks: str) -> None:
    app.add("workbench", "Net", "EC2::VPC", CidrBlock="10.0.0.0/16")
    for number, block in enumerate(blocks):
        app.add("workbench", f"Subnet{number}", "EC2::Subnet", VpcId={"Ref": "Net"}, CidrBlock=block)


def _untrusting_role(app: App) -> None:
    _trust(app, Principal={"Service": "ec2.amazonaws.com"})
    app.add(
        "workbench",
        "Second",
        "SageMaker::NotebookInstance",
        "Role/DefaultPolicy",
        "Role/OverflowPolicy1",
        InstanceType="ml.t3.medium",
        RoleArn={"Fn::GetAtt": [app.logical_id("workbench", "Role"), "Arn"]},
    )


def _function_role(app: App) -> None:
    role = app.properties(CHURN, "Service/Function/Role")
    role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"Service": "edgelambda.amazonaws.com"}
    app.set(CHURN, FUNCTION, MemorySize=512)


def _plan(name: str, where: tuple[str, str], *others: Any, **more: Any) -> Planted:
    return Planted(name, *where, *others, **more)


_F, _E, _C = (CHURN, FUNCTION), (CHURN, ENDPOINT), (CHURN, CONFIG)
_WORK, _RULE = ("workbench", ""), ("workbench", "Rule")
_ERRORS = (CHURN, "Endpoint/Errors")
_DATA = ("foundation", "DataBucket")
_TARGETS = [{"Id": f"T{one}", "Arn": "arn:aws:sns:eu-central-1:123456789012:t"} for one in range(6)]

CHANGES = (
    # Sizes and counts of a stack
    _plan(
        "more than 500 resources",
        _WORK,
        "too-many",
        "Number of resources",
        "another stack",
        _LIMITS,
        _many_resources,
    ),
    _plan(
        "more than 200 outputs",
        _WORK,
        "too-many",
        "Number of outputs",
        "export fewer",
        _LIMITS,
        _many_outputs,
    ),
    _plan(
        "a template of more than 1 MB",
        _WORK,
        "template-size",
        "may not exceed",
        "another stack",
        _LIMITS,
        _large_template,
    ),
    _plan(
        "a logical id with an underscore",
        _WORK,
        "logical-id",
        "non alphanumeric",
        "letters and digits",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html",
        _underscore,
    ),
    # Lambda
    _plan(
        "variables of more than 4 KB",
        _F,
        "environment-size",
        "exceeded the 4KB limit",
        "SSM parameter",
        "https://github.com/aws-samples/aws-genai-llm-chatbot/issues/583",
        lambda app: _variables(app, LABELS="a" * 4100),
    ),
    _plan(
        "a variable that Lambda sets itself",
        _F,
        "reserved-variable",
        "AWS_REGION",
        "differently",
        f"{_LAMBDA}configuration-envvars.html",
        lambda app: _variables(app, AWS_REGION="eu-west-1"),
    ),
    _plan(
        "a new account's concurrency",
        _F,
        "quota",
        "UnreservedConcurrentExecution",
        "quota",
        "https://github.com/aws-samples/siem-on-amazon-opensearch-service/issues/175",
        setting(CHURN, FUNCTION, ReservedConcurrentExecutions=6),
        quotas={"lambda_concurrency": 10, "lambda_unreserved": 10},
    ),
    _plan(
        "more reserved than the account has",
        _F,
        "quota",
        "below its minimum value of [100]",
        "reserve less",
        f"{_LAMBDA}configuration-concurrency.html",
        setting(CHURN, FUNCTION, ReservedConcurrentExecutions=950),
    ),
    _plan(
        "a runtime that has ended",
        _F,
        "runtime",
        "python3.7 is no longer supported",
        "supported",
        f"{_LAMBDA}lambda-runtimes.html",
        setting(CHURN, FUNCTION, Runtime="python3.7"),
    ),
    _plan(
        "a time-out of more than 15 minutes",
        _F,
        "function-limit",
        "less than or equal to 900",
        "Timeout",
        f"{_LAMBDA}gettingstarted-limits.html",
        setting(CHURN, FUNCTION, Timeout=1000),
    ),
    _plan(
        "a role that Lambda may not assume",
        _F,
        "role-not-trusted",
        "cannot be assumed by Lambda",
        "lambda.amazonaws.com",
        f"{_LAMBDA}troubleshooting-deployment.html",
        _function_role,
    ),
    _plan(
        "a queue that is faster than its function",
        (CHURN, "Mapping"),
        "queue-timeout",
        "visibility timeout: 10 seconds is less",
        "VisibilityTimeout",
        f"{_LAMBDA}services-sqs-configure.html",
        _slow_queue,
    ),
    # SageMaker
    _plan(
        "a canary of more than half of the fleet",
        _E,
        "traffic",
        "less than or equal to 50%",
        "half of the instances",
        f"{_SAGEMAKER}dg/deployment-guardrails-blue-green-canary.html",
        lambda app: _shifting(app, Type="CANARY", CanarySize={"Type": "CAPACITY_PERCENT", "Value": 60}),
    ),
    _plan(
        "a canary of the only instance",
        _E,
        "traffic",
        "less than or equal to 50%",
        "ALL_AT_ONCE",
        f"{_SAGEMAKER}dg/deployment-guardrails-blue-green-canary.html",
        lambda app: _shifting(app, Type="CANARY", CanarySize={"Type": "INSTANCE_COUNT", "Value": 1}),
    ),
    _plan(
        "linear steps of more than half",
        _E,
        "traffic",
        "LinearStepSize must be less",
        "half of the instances",
        f"{_SAGEMAKER}dg/deployment-guardrails-blue-green-linear.html",
        lambda app: _shifting(app, Type="LINEAR", LinearStepSize={"Type": "CAPACITY_PERCENT", "Value": 75}),
    ),
    _plan(
        "a canary without a size",
        _E,
        "traffic",
        "CanarySize is required",
        "set CanarySize",
        f"{_SAGEMAKER}APIReference/API_TrafficRoutingConfig.html",
        lambda app: _shifting(app, Type="CANARY"),
    ),
    _plan(
        "a wait of more than an hour",
        _E,
        "invalid-property",
        "WaitIntervalInSeconds",
        "WaitIntervalInSeconds",
        f"{_SAGEMAKER}APIReference/API_TrafficRoutingConfig.html",
        lambda app: _shifting(app, WaitIntervalInSeconds=7200),
    ),
    _plan(
        "a rollback's alarm that doesn't exist",
        _E,
        "alarm-missing",
        "slipway-dev-churn-not-yet",
        "Ref",
        f"{_SAGEMAKER}dg/deployment-guardrails-configuration.html",
        _missing_alarm,
    ),
    _plan(
        "a key for NVMe storage",
        _C,
        "key-on-nvme",
        "KmsKeyId is not supported",
        "leave KmsKeyId out",
        "https://github.com/aws/sagemaker-python-sdk/issues/3677",
        lambda app: _variant(app, InstanceType="ml.g5.xlarge"),
    ),
    _plan(
        "an instance type that endpoints don't have",
        _C,
        "invalid-property",
        "ml.t3.medium is not a valid enum value",
        "InstanceType",
        f"{_SAGEMAKER}APIReference/API_ProductionVariant.html",
        lambda app: _variant(app, InstanceType="ml.t3.medium"),
    ),
    _plan(
        "more instances than the account's quota",
        _C,
        "quota",
        "ml.m5.xlarge for endpoint usage",
        "Service Quotas",
        "https://docs.aws.amazon.com/general/latest/gr/sagemaker.html",
        lambda app: _variant(app, InstanceType="ml.m5.xlarge"),
        instances={"ml.m5.xlarge": 0},
    ),
    _plan(
        "an instance type that notebooks don't have",
        ("workbench", "Notebook/Instance"),
        "invalid-property",
        "ml.r5.48xlarge is not a valid",
        "InstanceType",
        f"{_SAGEMAKER}APIReference/API_CreateNotebookInstance.html",
        setting("workbench", "Notebook/Instance", InstanceType="ml.r5.48xlarge"),
    ),
    _plan(
        "containers with one hostname",
        (CHURN, "Model/Model"),
        "model",
        "hostnames must be unique",
        "own hostname",
        f"{_SAGEMAKER}APIReference/API_ContainerDefinition.html",
        _hostnames,
    ),
    _plan(
        "a step that depends on none",
        ("churn-training", "Pipeline/Pipeline"),
        "pipeline",
        "depends on Gone",
        "DependsOn",
        f"{_SAGEMAKER}dg/define-pipeline.html",
        _pipeline,
    ),
    _plan(
        "a pipeline that isn't JSON",
        ("churn-training", "Pipeline/Pipeline"),
        "pipeline",
        "Unable to parse",
        "json.dumps",
        f"{_SAGEMAKER}APIReference/API_CreatePipeline.html",
        _broken_pipeline,
    ),
    _plan(
        "an endpoint before its configuration",
        (CHURN, "Second"),
        "not-made-yet",
        "Could not find endpoint configuration",
        "DependsOn: SecondConfig",
        f"{_SAGEMAKER}APIReference/API_CreateEndpoint.html",
        _named_config,
    ),
    _plan(
        "a role that SageMaker may not assume",
        ("workbench", "Second"),
        "role-not-trusted",
        "Could not assume role",
        "sagemaker.amazonaws.com",
        "https://github.com/awslabs/predictive-maintenance-using-machine-learning/issues/3",
        _untrusting_role,
    ),
    _plan(
        "an endpoint before its role's policy",
        _E,
        "policy-after-use",
        "may start before",
        "DependsOn",
        "https://github.com/aws-samples/generative-ai-sagemaker-cdk-demo/issues/2",
        _early_endpoint,
        over="empty",
    ),
    # IAM and KMS
    _plan(
        "inline policies of more than 10,240",
        (CHURN, "ExecutionRole/DefaultPolicy"),
        "policy-size",
        "Maximum policy size of 10240 bytes exceeded",
        "managed policies",
        "https://github.com/aws/aws-cdk/issues/4465",
        _grown_policy,
    ),
    _plan(
        "a managed policy of more than 6,144",
        ("workbench", "Policy"),
        "policy-size",
        "PolicySize: 6144",
        "two managed policies",
        f"{_IAM}reference_iam-quotas.html",
        adding("workbench", "Policy", "IAM::ManagedPolicy", PolicyDocument=_statements(70)),
    ),
    _plan(
        "a trust policy of more than 2,048",
        ("workbench", "Role"),
        "policy-size",
        "ACLSizePerRole: 2048",
        "raise the quota",
        "https://github.com/aws/aws-cdk/issues/18564",
        _many_principals,
    ),
    _plan(
        "more managed policies than a role may have",
        ("workbench", "Role"),
        "too-many",
        "PoliciesPerRole: 20",
        "raise the quota",
        f"{_IAM}reference_iam-quotas.html",
        setting(
            "workbench",
            "Role",
            ManagedPolicyArns=[f"arn:aws:iam::123456789012:policy/p{one}" for one in range(21)],
        ),
    ),
    _plan(
        "a role's name of more than 64 letters",
        ("workbench", "Second"),
        "invalid-property",
        "maxLength: 64",
        "RoleName",
        f"{_IAM}reference_iam-quotas.html",
        adding(
            "workbench",
            "Second",
            "IAM::Role",
            RoleName="slipway-dev-" + "a" * 60,
            AssumeRolePolicyDocument={
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                    }
                ]
            },
        ),
    ),
    _plan(
        "a statement without resources",
        ("workbench", "Role/DefaultPolicy"),
        "malformed-policy",
        "must contain resources",
        "correct the statement",
        f"{_IAM}reference_policies_grammar.html",
        lambda app: _own_statement(app, Resource=[]),
    ),
    _plan(
        "an action without a service",
        ("workbench", "Role/DefaultPolicy"),
        "malformed-policy",
        "prefaced by a vendor",
        "correct the statement",
        f"{_IAM}reference_policies_elements_action.html",
        lambda app: _own_statement(app, Action="GetObject"),
    ),
    _plan(
        "a resource that is no ARN",
        ("workbench", "Role/DefaultPolicy"),
        "malformed-policy",
        "must be in ARN format",
        "correct the statement",
        f"{_IAM}reference_policies_elements_resource.html",
        lambda app: _own_statement(app, Resource="slipway-data/*"),
    ),
    _plan(
        "a principal in an identity's policy",
        ("workbench", "Role/DefaultPolicy"),
        "malformed-policy",
        "should not specify a principal",
        "correct the statement",
        f"{_IAM}reference_policies_elements_principal.html",
        lambda app: _own_statement(app, Principal="*"),
    ),
    _plan(
        "a Sid with a hyphen",
        ("workbench", "Role/DefaultPolicy"),
        "malformed-policy",
        "alpha-numeric",
        "correct the statement",
        f"{_IAM}reference_policies_elements_sid.html",
        lambda app: _own_statement(app, Sid="read-data"),
    ),
    _plan(
        "a resource in a trust policy",
        ("workbench", "Role"),
        "malformed-policy",
        "prohibited field Resource",
        "correct the statement",
        f"{_IAM}reference_policies_grammar.html",
        lambda app: _trust(app, Resource="*"),
    ),
    _plan(
        "a key that nobody could change",
        ("foundation", "Key"),
        "key-lockout",
        "will not allow you to update the key policy",
        "kms:*",
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
        _locked_key,
    ),
    _plan(
        "a key that log groups may not use",
        ("foundation", "BucketEmptyingLogs"),
        "key-not-allowed",
        "is not allowed to be used with Arn",
        "logs.eu-central-1",
        "https://github.com/aws/aws-cdk/issues/28304",
        _key_without_logs,
        over="empty",
    ),
    # Storage
    _plan(
        "a bucket's name with an upper-case letter",
        ("workbench", "Team"),
        "invalid-property",
        "BucketName",
        "BucketName",
        f"{_S3}bucketnamingrules.html",
        adding("workbench", "Team", "S3::Bucket", BucketName="slipway-Team"),
    ),
    _plan(
        "infrequent access before 30 days",
        _DATA,
        "lifecycle",
        "greater than or equal to 30",
        "30 days at least",
        f"{_S3}lifecycle-transition-general-considerations.html",
        setting(*_DATA, **_rules({"Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 7}]})),
    ),
    _plan(
        "objects that expire before they are moved",
        _DATA,
        "lifecycle",
        "Expiration action must be greater",
        "later",
        f"{_S3}lifecycle-transition-general-considerations.html",
        setting(
            *_DATA,
            **_rules(
                {"ExpirationInDays": 30, "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}]}
            ),
        ),
    ),
    _plan(
        "two rules of one id",
        _DATA,
        "lifecycle",
        "Rule ID must be unique",
        "differently",
        f"{_S3}intro-lifecycle-rules.html",
        setting(*_DATA, **_rules({"Id": "old", "ExpirationInDays": 9}, {"Id": "old", "ExpirationInDays": 8})),
    ),
    _plan(
        "a policy for another bucket's objects",
        ("workbench", "Policy"),
        "malformed-policy",
        "Policy has invalid resource",
        "BUCKET",
        f"{_S3}bucket-policies.html",
        _named_bucket,
    ),
    _plan(
        "a policy for objects on the bucket itself",
        ("workbench", "Policy"),
        "malformed-policy",
        "does not apply to any resource",
        "BUCKET/*",
        "https://repost.aws/knowledge-center/s3-invalid-action-error",
        _bucket_without_objects,
    ),
    _plan(
        "a repository's name in upper case",
        ("workbench", "Images"),
        "invalid-property",
        "RepositoryName",
        "RepositoryName",
        "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html",
        adding("workbench", "Images", "ECR::Repository", RepositoryName="Slipway"),
    ),
    _plan(
        "a rule for any tag that isn't the last",
        ("workbench", "Images"),
        "repository-lifecycle",
        "highest rulePriority",
        "any tag last",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html",
        adding(
            "workbench",
            "Images",
            "ECR::Repository",
            LifecyclePolicy={
                "LifecyclePolicyText": json.dumps(
                    {
                        "rules": [
                            {
                                "rulePriority": 1,
                                "selection": {
                                    "tagStatus": "any",
                                    "countType": "imageCountMoreThan",
                                    "countNumber": 9,
                                },
                                "action": {"type": "expire"},
                            },
                            {
                                "rulePriority": 2,
                                "selection": {
                                    "tagStatus": "untagged",
                                    "countType": "imageCountMoreThan",
                                    "countNumber": 1,
                                },
                                "action": {"type": "expire"},
                            },
                        ]
                    }
                )
            },
        ),
    ),
    _plan(
        "a parameter of more than 4 KB",
        ("workbench", "Labels"),
        "parameter-size",
        "maximum parameter value of 4096",
        "Advanced",
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
        adding("workbench", "Labels", "SSM::Parameter", Type="String", Value="a" * 4097),
    ),
    # API Gateway
    _plan(
        "an integration of more than 29 seconds",
        (CHURN, "Service/Api/Api/Default/churn/POST"),
        "quota",
        "Timeout should be between 50 ms and 29000 ms",
        "at most 29000",
        f"{_GATEWAY}developerguide/limits.html",
        lambda app: app.properties(CHURN, "Service/Api/Api/Default/churn/POST")["Integration"].update(
            TimeoutInMillis=60000
        ),
    ),
    _plan(
        "a deployment before the methods",
        (CHURN, "Second"),
        "no-methods",
        "doesn't contain any methods",
        "DependsOn",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html",
        _no_methods,
    ),
    _plan(
        "a path twice",
        (CHURN, "Second"),
        "name-taken",
        "already exists",
        "two deployments",
        f"{_GATEWAY}api/API_CreateResource.html",
        _path_twice,
    ),
    _plan(
        "a second variable path",
        (CHURN, "Second"),
        "path-taken",
        "only one is allowed",
        "variable path",
        f"{_GATEWAY}api/API_CreateResource.html",
        _second_variable_path,
    ),
    _plan(
        "a stage that logs without the account's role",
        ("automl-serving", "Service/Api/Api/DeploymentStage.prod"),
        "no-logging-role",
        "CloudWatch Logs role ARN must be set",
        "CloudWatchRoleArn",
        f"{_GATEWAY}developerguide/set-up-logging.html",
        _no_gateway_role,
        over="empty",
    ),
    # Events, alarms, scaling
    _plan(
        "a rate of 1 minutes",
        _RULE,
        "schedule",
        "ScheduleExpression is not valid",
        "rate(1 minute)",
        "https://github.com/aws/aws-cdk/issues/32753",
        adding("workbench", "Rule", "Events::Rule", ScheduleExpression="rate(1 minutes)"),
    ),
    _plan(
        "a cron of five fields",
        _RULE,
        "schedule",
        "ScheduleExpression is not valid",
        "six fields",
        "https://github.com/aws-solutions/instance-scheduler-on-aws/issues/205",
        adding("workbench", "Rule", "Events::Rule", ScheduleExpression="cron(0/1 * * ? *)"),
    ),
    _plan(
        "a cron with both days",
        _RULE,
        "schedule",
        "ScheduleExpression is not valid",
        "a ? in",
        "https://github.com/aws-cloudformation/cfn-lint/issues/816",
        adding("workbench", "Rule", "Events::Rule", ScheduleExpression="cron(0 6 * * MON *)"),
    ),
    _plan(
        "a pattern with a bare value",
        _RULE,
        "event-pattern",
        "must be an object or an array",
        "as a list",
        f"{_EVENTS}userguide/eb-event-patterns.html",
        adding("workbench", "Rule", "Events::Rule", EventPattern={"source": "aws.s3"}),
    ),
    _plan(
        "more than five targets",
        _RULE,
        "invalid-property",
        "expected maximum item count: 5",
        "Targets",
        f"{_EVENTS}userguide/eb-quota.html",
        adding("workbench", "Rule", "Events::Rule", ScheduleExpression="rate(1 day)", Targets=_TARGETS),
    ),
    _plan(
        "a period of 45 seconds",
        _ERRORS,
        "alarm",
        "multiple of 60",
        "whole number of minutes",
        _ALARM,
        setting(*_ERRORS, Period=45),
    ),
    _plan(
        "more datapoints than periods",
        _ERRORS,
        "alarm",
        "DatapointsToAlarm",
        "EvaluationPeriods",
        _ALARM,
        setting(*_ERRORS, DatapointsToAlarm=5),
    ),
    _plan(
        "an alarm that looks back two days",
        _ERRORS,
        "alarm",
        "more than a day",
        "fewer EvaluationPeriods",
        _ALARM,
        setting(*_ERRORS, Period=300, EvaluationPeriods=600),
    ),
    _plan(
        "six actions of an alarm",
        _ERRORS,
        "alarm",
        "less than or equal to 5",
        "one SNS topic",
        _ALARM,
        setting(*_ERRORS, AlarmActions=[f"arn:aws:sns:eu-central-1:123456789012:t{one}" for one in range(6)]),
    ),
    _plan(
        "capacities that cross",
        (CHURN, "Endpoint/Instances"),
        "capacities",
        "less than minimum capacity",
        "MaxCapacity",
        "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html",
        setting(CHURN, "Endpoint/Instances", MinCapacity=5),
    ),
    _plan(
        "a retention that doesn't exist",
        (CHURN, "Endpoint/Logs"),
        "invalid-property",
        "45 is not a valid enum value",
        "RetentionInDays",
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
        setting(CHURN, "Endpoint/Logs", RetentionInDays=45),
    ),
    _plan(
        "a dashboard that isn't JSON",
        (CHURN, "Service/Dashboard/Dashboard"),
        "dashboard",
        "valid JSON object",
        "json.dumps",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html",
        setting(CHURN, "Service/Dashboard/Dashboard", DashboardBody="{widgets: []}"),
    ),
    # Networks, queues
    _plan(
        "a subnet outside of its VPC",
        ("workbench", "Subnet0"),
        "address-range",
        "'10.1.0.0/24' is invalid",
        "within 10.0.0.0/16",
        f"{_VPC}subnet-sizing.html",
        lambda app: _subnets(app, "10.1.0.0/24"),
    ),
    _plan(
        "subnets that overlap",
        ("workbench", "Subnet1"),
        "address-range",
        "conflicts with another subnet",
        "no other subnet",
        f"{_VPC}subnet-sizing.html",
        lambda app: _subnets(app, "10.0.0.0/23", "10.0.1.0/24"),
    ),
    _plan(
        "a security group described with an umlaut",
        ("workbench", "Group"),
        "invalid-property",
        "GroupDescription",
        "GroupDescription",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html",
        adding("workbench", "Group", "EC2::SecurityGroup", GroupDescription="für Notebooks"),
    ),
    _plan(
        "a FIFO queue without the ending",
        ("workbench", "Queue"),
        "fifo-name",
        "must end with .fifo",
        ".fifo",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html",
        adding("workbench", "Queue", "SQS::Queue", QueueName="orders", FifoQueue=True),
    ),
)
