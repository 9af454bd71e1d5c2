"""Amazon Personalize's own interface, at /personalize: for boto3 clients and the AWS CLI with another endpoint."""
