"""What Amazon calls its actions, regions and services, out of botocore's models and a small table of our own.

`python -m tests.recommender.policies.amazons_words` writes recommender/policies/amazon.json anew; a test compares.
Where an action is not called like the call that it allows, or AWS has actions for which there is no call, the tables below say so. Facts:
the Service Authorization Reference of AWS, compared on 29 November 2026.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import botocore.loaders

ROOT = Path(__file__).parents[3]
FILE = ROOT / "recommender" / "policies" / "amazon.json"

# Prefix of the actions → botocore's models whose calls they are named after.
MODELS = {
    "personalize": ["personalize", "personalize-runtime", "personalize-events"],
    "sts": ["sts"],
    "iam": ["iam"],
    "lambda": ["lambda"],
    "dynamodb": ["dynamodb", "dynamodbstreams"],
    "sagemaker": ["sagemaker", "sagemaker-runtime", "sagemaker-featurestore-runtime", "sagemaker-metrics", "sagemaker-edge"],
    "logs": ["logs"],
    "cloudwatch": ["cloudwatch", "application-signals"],
    "sns": ["sns"],
    "kms": ["kms"],
    "sqs": ["sqs"],
}

# Calls that no action is named after → the actions that allow them.
CALLS = {
    "lambda": {"Invoke": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction", "GetLayerVersionByArn": "GetLayerVersion"},
    "dynamodb": {
        "TransactGetItems": "GetItem",
        "TransactWriteItems": "PutItem UpdateItem DeleteItem ConditionCheckItem",
        "ExecuteStatement": "PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete",
        "BatchExecuteStatement": "PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete",
        "ExecuteTransaction": "PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete",
    },
    "kms": {"ReEncrypt": "ReEncryptFrom ReEncryptTo"},
    "sns": {"PublishBatch": "Publish"},
    "sqs": {
        "SendMessageBatch": "SendMessage",
        "DeleteMessageBatch": "DeleteMessage",
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    },
    "s3": {
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "ListObjectVersions": "ListBucketVersions",
        "ListBuckets": "ListAllMyBuckets",
        "ListParts": "ListMultipartUploadParts",
        "ListMultipartUploads": "ListBucketMultipartUploads",
        "HeadBucket": "ListBucket",
        "HeadObject": "GetObject",
        "SelectObjectContent": "GetObject",
        "CopyObject": "GetObject PutObject",
        "DeleteObjects": "DeleteObject",
        "CreateMultipartUpload": "PutObject",
        "CompleteMultipartUpload": "PutObject",
        "UploadPart": "PutObject",
        "UploadPartCopy": "GetObject PutObject",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
        "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
        "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
        "GetBucketEncryption": "GetEncryptionConfiguration",
        "PutBucketEncryption": "PutEncryptionConfiguration",
        "DeleteBucketEncryption": "PutEncryptionConfiguration",
        "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
        "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
        "DeleteBucketLifecycle": "PutLifecycleConfiguration",
        "DeleteBucketTagging": "PutBucketTagging",
        "DeleteBucketCors": "PutBucketCORS",
        "GetBucketReplication": "GetReplicationConfiguration",
        "PutBucketReplication": "PutReplicationConfiguration",
        "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
        "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    },
}

# Actions for which there is no call.
WITHOUT_A_CALL = {
    "personalize": "CreateDataInsightsJob DescribeDataInsightsJob GetDataInsights ListDataInsightsJobs",
    "sts": "GetServiceBearerToken SetContext SetSourceIdentity TagGetWebIdentityToken TagSession",
    "iam": (
        "DeleteCloudFrontPublicKey GetAccountEmailAddress GetAccountName GetCloudFrontPublicKey ListCloudFrontPublicKeys "
        "ListSTSRegionalEndpointsStatus PassRole SetSTSRegionalEndpointStatus UpdateAccountEmailAddress UpdateAccountName "
        "UpdateCloudFrontPublicKey UploadCloudFrontPublicKey"
    ),
    "lambda": "DisableReplication EnableReplication InvokeFunction InvokeFunctionUrl PassCapacityProvider UpdateFunctionCodeSigningConfig",
    "dynamodb": (
        "AssociateTableReplica ConditionCheckItem CreateGlobalTableWitness CreateTableReplica DeleteGlobalTableWitness DeleteTableReplica "
        "DescribeReservedCapacity DescribeReservedCapacityOfferings GetAbacStatus InjectError PartiQLDelete PartiQLInsert PartiQLSelect "
        "PartiQLUpdate PurchaseReservedCapacityOfferings ReadDataForReplication ReplicateSettings RestoreTableFromAwsBackup "
        "StartAwsBackupJob UpdateAbacStatus UpdateGlobalTableVersion WriteDataForReplication"
    ),
    "sagemaker": (
        "CallMlflowAppApi CallPartnerAppApi CreateLineageGroupPolicy CreateReservedCapacity CreateSharedModel DeleteHumanLoop "
        "DeleteLineageGroupPolicy DeleteResourcePolicy DeployHubModel DescribeClusterInference DescribeHumanLoop DescribeSharedModel "
        "GetResourcePolicy ListHumanLoops ListSharedModelEvents ListSharedModels ListSharedModelVersions PutLineageGroupPolicy "
        "PutResourcePolicy SendSharedModelEvent StartHumanLoop StopHumanLoop TrainHubModel UpdateClusterInference UpdateSharedModel"
    ),
    "logs": (
        "CallWithBearerToken CreateLogDelivery DeleteLogDelivery DeletePipelineRule GetLogDelivery IntegrateWithS3Table Link "
        "ListEntitiesForLogGroup ListLogDeliveries ListLogGroupsForEntity ProcessWithPipeline PutPipelineRule StopLiveTail Unmask "
        "UpdateLogDelivery"
    ),
    "cloudwatch": (
        "CallWithBearerToken EnableTopologyDiscovery GenerateQuery GenerateQueryResultsSummary GetService GetServiceData "
        "GetTopologyDiscoveryStatus GetTopologyMap Link ListEntitiesForMetric"
    ),
    "kms": "ReEncryptFrom ReEncryptTo SynchronizeMultiRegionKey",
}

# S3's actions by what they act on; its calls have other names.
S3 = {
    "bucket": (
        "CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket DeleteBucketMetadataTableConfiguration DeleteBucketPolicy "
        "DeleteBucketWebsite GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS "
        "GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification GetBucketObjectLockConfiguration "
        "GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment "
        "GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration "
        "GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration GetReplicationConfiguration ListBucket "
        "ListBucketMultipartUploads ListBucketVersions PauseReplication PutAccelerateConfiguration PutAnalyticsConfiguration "
        "PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification PutBucketObjectLockConfiguration "
        "PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging "
        "PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration PutIntelligentTieringConfiguration PutInventoryConfiguration "
        "PutLifecycleConfiguration PutMetricsConfiguration PutReplicationConfiguration UpdateBucketMetadataInventoryTableConfiguration "
        "UpdateBucketMetadataJournalTableConfiguration"
    ),
    "object": (
        "AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectTagging DeleteObjectVersion DeleteObjectVersionTagging "
        "GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent "
        "GetObjectVersion GetObjectVersionAcl GetObjectVersionAttributes GetObjectVersionForReplication GetObjectVersionTagging "
        "GetObjectVersionTorrent InitiateReplication ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl "
        "PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionTagging ReplicateDelete "
        "ReplicateObject ReplicateTags RestoreObject UpdateObjectEncryption"
    ),
    "none": (
        "CreateJob CreateStorageLensGroup GetAccessPoint GetAccountPublicAccessBlock ListAccessGrantsInstances ListAccessPoints "
        "ListAccessPointsForObjectLambda ListAllMyBuckets ListJobs ListMultiRegionAccessPoints ListStorageLensConfigurations "
        "ListStorageLensGroups PutAccessPointPublicAccessBlock PutAccountPublicAccessBlock PutStorageLensConfiguration"
    ),
    "other": (
        "AllowVendedLogDeliveryForResource "
        "AssociateAccessGrantsIdentityCenter CreateAccessGrant CreateAccessGrantsInstance CreateAccessGrantsLocation CreateAccessPoint "
        "CreateAccessPointForObjectLambda CreateMultiRegionAccessPoint DeleteAccessGrant DeleteAccessGrantsInstance "
        "DeleteAccessGrantsInstanceResourcePolicy DeleteAccessGrantsLocation DeleteAccessPoint DeleteAccessPointForObjectLambda "
        "DeleteAccessPointPolicy DeleteAccessPointPolicyForObjectLambda DeleteJobTagging DeleteMultiRegionAccessPoint "
        "DeleteStorageLensConfiguration DeleteStorageLensConfigurationTagging DeleteStorageLensGroup DescribeJob "
        "DescribeMultiRegionAccessPointOperation DissociateAccessGrantsIdentityCenter GetAccessGrant GetAccessGrantsInstance "
        "GetAccessGrantsInstanceForPrefix GetAccessGrantsInstanceResourcePolicy GetAccessGrantsLocation "
        "GetAccessPointConfigurationForObjectLambda GetAccessPointForObjectLambda GetAccessPointPolicy "
        "GetAccessPointPolicyForObjectLambda GetAccessPointPolicyStatus GetAccessPointPolicyStatusForObjectLambda GetDataAccess "
        "GetJobTagging GetMultiRegionAccessPoint GetMultiRegionAccessPointPolicy GetMultiRegionAccessPointPolicyStatus "
        "GetMultiRegionAccessPointRoutes GetStorageLensConfiguration GetStorageLensConfigurationTagging GetStorageLensDashboard "
        "GetStorageLensGroup ListAccessGrants ListAccessGrantsLocations ListCallerAccessGrants ListTagsForResource "
        "PutAccessGrantsInstanceResourcePolicy PutAccessPointConfigurationForObjectLambda PutAccessPointPolicy "
        "PutAccessPointPolicyForObjectLambda PutJobTagging PutMultiRegionAccessPointPolicy PutStorageLensConfigurationTagging "
        "SubmitMultiRegionAccessPointRoutes TagResource UntagResource UpdateAccessGrantsLocation UpdateJobPriority UpdateJobStatus "
        "UpdateStorageLensGroup"
    ),
}

# What of other services acts on one kind of resource alone, or on none. Personalize's are told by their names, below.
KINDS = {
    "sts": {"role": "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity", "none": "GetCallerIdentity GetSessionToken"},
    "iam": {
        "role": (
            "AttachRolePolicy CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies "
            "ListRolePolicies PassRole PutRolePolicy UpdateAssumeRolePolicy UpdateRole"
        ),
        "none": "GetAccountAuthorizationDetails GetAccountSummary GetCredentialReport GenerateCredentialReport",
    },
    "dynamodb": {
        "table": (
            "BatchGetItem BatchWriteItem ConditionCheckItem CreateTable DeleteItem DeleteTable DescribeTable DescribeTimeToLive GetItem "
            "PutItem Query Scan UpdateItem UpdateTable UpdateTimeToLive"
        ),
        "none": "DescribeEndpoints DescribeLimits ListTables",
    },
    "lambda": {
        "function": "AddPermission CreateFunction DeleteFunction GetFunction InvokeFunction UpdateFunctionCode UpdateFunctionConfiguration",
        "none": "GetAccountSettings ListEventSourceMappings ListFunctions ListLayers",
    },
}
PERSONALIZE = {
    "campaign recommender": "GetRecommendations",
    "campaign": "GetActionRecommendations GetPersonalizedRanking CreateCampaign",
    "solution": "CreateSolutionVersion GetSolutionMetrics DescribeSolutionVersion StopSolutionVersionCreation CreateCampaign",
    "dataset": "PutActions PutItems PutUsers CreateDatasetExportJob CreateDatasetImportJob CreateDataset",
    "dataset-import-job": "CreateDatasetImportJob",
    "dataset-export-job": "CreateDatasetExportJob",
    "dataset-group": "CreateDatasetGroup CreateDataset CreateEventTracker CreateFilter CreateRecommender CreateSolution",
    "event-tracker": "CreateEventTracker",
    "filter": "CreateFilter",
    "recommender": "CreateRecommender StartRecommender StopRecommender",
    "schema": "CreateSchema",
}
PERSONALIZE_OWN = (
    "Algorithm BatchInferenceJob BatchSegmentJob Campaign DataDeletionJob Dataset DatasetExportJob DatasetGroup DatasetImportJob "
    "EventTracker FeatureTransformation Filter MetricAttribution Recipe Recommender Schema Solution"
)

# Prefixes of actions that none of botocore's models has: of consoles, of services of old.
OTHER_SERVICES = (
    "a2c a4b action-recommendations activate application-transformation appmesh-preview appstudio apptest arsenal assurance "
    "aws-external-anthropic aws-marketplace aws-marketplace-management aws-mcp aws-portal awsconnector backup-storage "
    "bedrock-mantle bedrock-websearch bugbust builderid cloudshell codedeploy-commands-secure codeguru codestar codewhisperer "
    "consoleapp consolidatedbilling customer-verification datazonecontrol dbqms deepcomposer deeplens deepracer ec2messages "
    "ecs-mcp eks-mcp elastic-inference elasticloadbalancing elastictranscoder elemental-activations "
    "elemental-appliances-software elemental-support-cases elemental-support-content eventsbilltoaws evidently execute-api "
    "finops-agent finspace finspace-api freertos gamesparks groundtruthlabeling honeycode identity-sync identitystore-auth "
    "inspector2-telemetry iot-device-tester iot1click iotanalytics iotevents iotfleethub iotjobsdata iotroborunner iq "
    "iq-permission kafka-cluster lookoutmetrics lookoutvision mapcredits mechanicalturk mediaimport mobileanalytics mobilehub "
    "monitron network-security-director networkmanager-chat nimble one opensearch opsworks opsworks-cm organizations panorama "
    "partnercentral-account-management private-networks purchase-orders q qdeveloper qldb rds-db researchstudio "
    "resource-explorer rhelkb robomaker s3-object-lambda s3express sagemaker-data-science-assistant "
    "sagemaker-groundtruth-synthetic sagemaker-mlflow sagemaker-unified-studio-mcp serviceextract simspaceweaver sms "
    "sqlworkbench ssmmessages sso-directory support-console supportplans supportrecommendations tag tiros tnb transform "
    "transform-custom ts user-subscriptions vendor-insights verified-access vpc-lattice-svcs vpce wam worklink zocalo"
)


def words() -> dict[str, Any]:
    """The whole of amazon.json."""
    loader = botocore.loaders.Loader()
    actions = {"s3": {kind: names.split() for kind, names in S3.items()}}
    for prefix, models in MODELS.items():
        calls: set[str] = set()
        for model in models:
            calls |= set(loader.load_service_model(model, "service-2")["operations"])
        names = calls - set(CALLS.get(prefix, {})) | set(WITHOUT_A_CALL.get(prefix, "").split())
        kinds = {kind: set(listed.split()) for kind, listed in KINDS.get(prefix, {}).items()}
        if prefix == "personalize":
            kinds = _kinds_of_personalize(names)
        judged: set[str] = set().union(*kinds.values()) if kinds else set()
        assert judged <= names, f"{prefix} has no {judged - names}"
        actions[prefix] = {kind: sorted(kinds[kind]) for kind in sorted(kinds)} | {"other": sorted(names - judged)}
    return {
        "actions": {prefix: {kind: " ".join(names) for kind, names in actions[prefix].items()} for prefix in sorted(actions)},
        "calls": CALLS,
        "regions": " ".join(_regions(loader)),
        "services": " ".join(_services(loader)),
    }


def _kinds_of_personalize(names: set[str]) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {"none": {name for name in names if name.startswith("List") and name != "ListTagsForResource"}}
    for several, listed in PERSONALIZE.items():
        for kind in several.split():
            kinds.setdefault(kind, set()).update(listed.split())
    for noun in PERSONALIZE_OWN.split():
        kind = re.sub(r"(?<!^)(?=[A-Z])", "-", noun).lower()
        kinds.setdefault(kind, set()).update({f"{verb}{noun}" for verb in ("Describe", "Delete", "Update")} & names)
    return {kind: listed for kind, listed in kinds.items() if listed}


def _regions(loader: botocore.loaders.Loader) -> list[str]:
    partitions = loader.load_data("endpoints")["partitions"]
    return sorted({region for partition in partitions for region in partition["regions"]})


def _services(loader: botocore.loaders.Loader) -> list[str]:
    names = set(OTHER_SERVICES.split())
    for service in loader.list_available_services("service-2"):
        metadata = loader.load_service_model(service, "service-2")["metadata"]
        names |= {metadata.get("signingName", metadata["endpointPrefix"]), metadata["endpointPrefix"]}
    return sorted(name for name in names if re.fullmatch(r"[a-z][a-z0-9-]*", name))


def text() -> str:
    return json.dumps(words(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
    print(FILE.relative_to(ROOT))
