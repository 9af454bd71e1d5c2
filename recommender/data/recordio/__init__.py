"""Records as Amazon SageMaker's own algorithms read and write them: messages of protobuf, framed by RecordIO."""
