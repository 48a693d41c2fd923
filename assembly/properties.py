"""Every property of the types that the runner serves, and its effect here."""

from collections.abc import Mapping

from assembly.rules import ACTED, APART, WITHOUT, Acted, Only, Refused, Rule, Unless

_ONE_MODEL = Refused("the runner serves one model a container")
_PACKAGE = Refused("the runner does not read model packages of an account; give Image and ModelDataUrl")
_ASYNCHRONOUS = Refused("the runner answers requests at once; it has no queue for asynchronous inference")
_SERVERLESS = Refused("the runner serves instances; serverless inference has other limits and cold starts")
_SHADOW = Refused("the runner serves one production variant and no shadow variant")
_COMPONENTS = Refused("the runner serves a fixed number of instances, and no inference components")
_EXPLAINED = Refused("the runner does not add explanations to answers")

_MODEL_DATA_SOURCE = Acted(
    {
        "S3DataSource": Acted(
            {
                "CompressionType": Only(("Gzip",)),
                "ETag": Refused("the runner reads the object of S3Uri"),
                "HubAccessConfig": Refused("the runner does not read from a hub"),
                "ManifestEtag": Refused("the runner reads the object of S3Uri"),
                "ManifestS3Uri": Refused("the runner reads the object of S3Uri"),
                "ModelAccessConfig": WITHOUT,
                "S3DataType": Only(("S3Object",)),
                "S3Uri": ACTED,
            }
        )
    }
)
_CONTAINER = Acted(
    {
        "AdditionalModelDataSources": Refused("the runner unpacks one archive a container"),
        "ContainerHostname": ACTED,
        "ContainerMetricsConfig": WITHOUT,
        "Environment": ACTED,
        "Image": ACTED,
        "ImageConfig": WITHOUT,
        "InferenceSpecificationName": _PACKAGE,
        "Mode": Only(("SingleModel",)),
        "ModelDataSource": _MODEL_DATA_SOURCE,
        "ModelDataUrl": ACTED,
        "ModelPackageName": _PACKAGE,
        "MultiModelConfig": _ONE_MODEL,
    }
)
# CreateModel's arguments in a pipeline agree with the properties of the resource.
MODEL = Acted(
    {
        "Containers": _CONTAINER,
        "EnableNetworkIsolation": WITHOUT,
        "ExecutionRoleArn": WITHOUT,
        "InferenceExecutionConfig": Acted({"Mode": Only(("Serial",))}),
        "ModelName": ACTED,
        "PrimaryContainer": _CONTAINER,
        "Tags": APART,
        "VpcConfig": WITHOUT,
    }
)
_VARIANT = Acted(
    {
        "CapacityReservationConfig": WITHOUT,
        "ContainerStartupHealthCheckTimeoutInSeconds": WITHOUT,
        "CoreDumpConfig": WITHOUT,
        "EnableSSMAccess": WITHOUT,
        "InferenceAmiVersion": WITHOUT,
        "InitialInstanceCount": WITHOUT,
        "InitialVariantWeight": WITHOUT,
        "InstancePools": Refused("the runner serves one model a variant, whatever the instance"),
        "InstanceType": WITHOUT,
        "ManagedInstanceScaling": Unless("Status", "DISABLED", _COMPONENTS),
        "ModelDataDownloadTimeoutInSeconds": WITHOUT,
        "ModelName": ACTED,
        "RoutingConfig": WITHOUT,
        "ServerlessConfig": _SERVERLESS,
        "VariantInstanceProvisionTimeoutInSeconds": WITHOUT,
        "VariantName": ACTED,
        "VolumeSizeInGB": WITHOUT,
    }
)
# Where it cannot be known the endpoint is served all the same.
_CAPTURE = Acted(
    {
        "CaptureContentTypeHeader": APART,
        "CaptureOptions": APART,
        "DestinationS3Uri": APART,
        "EnableCapture": APART,
        "InitialSamplingPercentage": APART,
        "KmsKeyId": WITHOUT,
    }
)
_CODE = Refused("the runner runs the code of an asset, and nothing beside it")
_FUNCTION = Acted(
    {
        "Architectures": WITHOUT,
        "CapacityProviderConfig": Refused("the runner gives a process one event at a time"),
        "Code": ACTED,
        "CodeSigningConfigArn": WITHOUT,
        "DeadLetterConfig": WITHOUT,
        "Description": WITHOUT,
        "DurableConfig": Refused("the runner does not resume functions"),
        "Environment": ACTED,
        "EphemeralStorage": WITHOUT,
        "FileSystemConfigs": _CODE,
        "FunctionName": ACTED,
        "FunctionScalingConfig": WITHOUT,
        "Handler": ACTED,
        "ImageConfig": _CODE,
        "KmsKeyArn": WITHOUT,
        "Layers": _CODE,
        "LoggingConfig": Acted(
            {
                "ApplicationLogLevel": WITHOUT,
                "LogFormat": WITHOUT,
                "LogGroup": ACTED,
                "SystemLogLevel": WITHOUT,
            }
        ),
        "MemorySize": ACTED,
        "PackageType": Only(("Zip",)),
        "PublishToLatestPublished": WITHOUT,
        "RecursiveLoop": WITHOUT,
        "ReservedConcurrentExecutions": ACTED,
        "Role": WITHOUT,
        "Runtime": ACTED,
        "RuntimeManagementConfig": WITHOUT,
        "SnapStart": WITHOUT,
        "Tags": APART,
        "TenancyConfig": Refused("the runner does not tell tenants apart"),
        "Timeout": ACTED,
        "TracingConfig": WITHOUT,
        "VpcConfig": WITHOUT,
    }
)
PROPERTIES: Mapping[str, Rule] = {
    "AWS::Lambda::Function": _FUNCTION,
    "AWS::SageMaker::Endpoint": Acted(
        {
            "DeploymentConfig": WITHOUT,
            "EndpointConfigName": ACTED,
            "EndpointName": ACTED,
            "ExcludeRetainedVariantProperties": WITHOUT,
            "RetainAllVariantProperties": WITHOUT,
            "RetainDeploymentConfig": WITHOUT,
            "Tags": APART,
        }
    ),
    "AWS::SageMaker::EndpointConfig": Acted(
        {
            "AsyncInferenceConfig": _ASYNCHRONOUS,
            "DataCaptureConfig": _CAPTURE,
            "EnableNetworkIsolation": WITHOUT,
            "EndpointConfigName": ACTED,
            "ExecutionRoleArn": WITHOUT,
            "ExplainerConfig": _EXPLAINED,
            "KmsKeyId": WITHOUT,
            "MetricsConfig": WITHOUT,
            "ProductionVariants": _VARIANT,
            "ShadowProductionVariants": _SHADOW,
            "Tags": APART,
            "VpcConfig": WITHOUT,
        }
    ),
    "AWS::SageMaker::InferenceComponent": _COMPONENTS,
    "AWS::SageMaker::Model": MODEL,
    "AWS::SageMaker::Pipeline": Acted(
        {
            "ParallelismConfiguration": WITHOUT,
            "PipelineDefinition": Acted(
                {
                    "PipelineDefinitionBody": ACTED,
                    "PipelineDefinitionS3Location": Refused(
                        "the runner reads a definition that stands in the template as text"
                    ),
                }
            ),
            "PipelineDescription": WITHOUT,
            "PipelineDisplayName": WITHOUT,
            "PipelineName": ACTED,
            "RoleArn": WITHOUT,
            "Tags": APART,
        }
    ),
}
