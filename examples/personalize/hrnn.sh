#!/usr/bin/env bash
# Document 004 by the AWS CLI: data to a bucket, group, schema, import, AutoML, campaign, and lists for three people.
#   examples/personalize/hrnn.sh ml-100k/u.data                                          on Amazon
#   examples/personalize/hrnn.sh ml-100k/u.data http://127.0.0.1:8000/personalize        on Matinee
#   FOLDER=events examples/personalize/hrnn.sh ml-100k/u.data http://127.0.0.1:8000/personalize      likewise, without any S3
# AWS_ENDPOINT_URL_S3 may name another S3; FOLDER is one of MATINEE_IMPORT_FOLDERS. Needs the AWS CLI, version 1 or 2, and awk.
set -euo pipefail

ratings=$1
endpoint=${2:-}
bucket=${BUCKET:-my-movie-recommender-data}
folder=${FOLDER:-}
role=${ROLE:-arn:aws:iam::000000000000:role/AmazonPersonalize-ExecutionRole}
aws=(${AWS:-aws})
file=personalize_interactions_fixed.csv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

personalize() { "${aws[@]}" personalize ${endpoint:+--endpoint-url "$endpoint"} --output text "$@"; }
runtime() { "${aws[@]}" personalize-runtime ${endpoint:+--endpoint-url "$endpoint"} "$@"; }

# wait_for COMMAND OPTION ARN KEY: until it is ACTIVE; what has failed says why.
wait_for() {
  local said status pause=1
  while true; do
    said=$(personalize "$1" "$2" "$3" --query "$4.[status, failureReason]")
    status=${said%%$'\t'*}
    case $status in
      ACTIVE) return ;;
      *FAILED*) echo "$said" >&2; return 1 ;;
    esac
    sleep "$pause"
  done
}

# Tabs (u.data) or commas with a head (ratings.csv): user, film, stars, time.
awk -F'[\t,]' 'BEGIN { print "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP" } $1 ~ /^[0-9]+$/ { printf "%s,%s,Watch,%s\n", $1, $2, $4 }' \
  <(tr -d '\r' <"$ratings") >"$scratch/$file"
if [ -n "$folder" ]; then
  mkdir -p "$folder"
  cp "$scratch/$file" "$folder/$file"
  location="file://$(cd "$folder" && pwd)/$file"
else
  "${aws[@]}" s3api head-bucket --bucket "$bucket" >/dev/null 2>&1 || "${aws[@]}" s3 mb "s3://$bucket"
  "${aws[@]}" s3 cp --only-show-errors "$scratch/$file" "s3://$bucket/$file"
  location="s3://$bucket/$file"
fi

schema=$(personalize create-schema --name item_interactions_schema --query schemaArn --schema '{
  "type": "record", "name": "Interactions", "namespace": "com.amazonaws.personalize.schema", "version": "1.0",
  "fields": [
    {"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},
    {"name": "EVENT_TYPE", "type": "string"}, {"name": "TIMESTAMP", "type": "long"}]}')
group=$(personalize create-dataset-group --name movie_recommendation --query datasetGroupArn)
wait_for describe-dataset-group --dataset-group-arn "$group" datasetGroup
dataset=$(personalize create-dataset --name item_interactions --dataset-group-arn "$group" --dataset-type INTERACTIONS \
  --schema-arn "$schema" --query datasetArn)
wait_for describe-dataset --dataset-arn "$dataset" dataset
job=$(personalize create-dataset-import-job --job-name item_interactions_import_job_wide_access --dataset-arn "$dataset" \
  --data-source "dataLocation=$location" --role-arn "$role" --query datasetImportJobArn)
wait_for describe-dataset-import-job --dataset-import-job-arn "$job" datasetImportJob
echo "Imported: $dataset"

# --perform-auto-ml and --recipe-arn exclude each other.
solution=$(personalize create-solution --name movie-recommender-solution --dataset-group-arn "$group" --perform-auto-ml \
  --no-perform-auto-training --query solutionArn)
wait_for describe-solution --solution-arn "$solution" solution
version=$(personalize create-solution-version --solution-arn "$solution" --query solutionVersionArn)
wait_for describe-solution-version --solution-version-arn "$version" solutionVersion
echo "Trained: $(personalize describe-solution --solution-arn "$solution" --query solution.autoMLResult.bestRecipeArn)"

campaign=$(personalize create-campaign --name movie-recommender-campaign --solution-version-arn "$version" --min-provisioned-tps 1 \
  --query campaignArn)
wait_for describe-campaign --campaign-arn "$campaign" campaign
echo "Answers: $campaign"

for user in 22 6 122; do
  echo "User $user:"
  runtime get-recommendations --campaign-arn "$campaign" --user-id "$user" --query 'itemList[:10].[itemId, score]' --output text
done
