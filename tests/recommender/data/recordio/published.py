"""The record as Amazon has published it, spoken by Google's own code: what ours is held against."""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto
_OPTIONAL, _REPEATED = _Field.LABEL_OPTIONAL, _Field.LABEL_REPEATED


def published_record() -> Any:
    """The class of `aialgs.data.Record`, made of what record.proto says of it field by field."""
    file = descriptor_pb2.FileDescriptorProto(name="record.proto", package="aialgs.data", syntax="proto2")
    for name, numbers in (("Float32Tensor", _Field.TYPE_FLOAT), ("Float64Tensor", _Field.TYPE_DOUBLE), ("Int32Tensor", _Field.TYPE_INT32)):
        tensor = file.message_type.add(name=name)
        for number, (field, kind) in enumerate([("values", numbers), ("keys", _Field.TYPE_UINT64), ("shape", _Field.TYPE_UINT64)], start=1):
            tensor.field.add(name=field, number=number, label=_REPEATED, type=kind).options.packed = True
    octets = file.message_type.add(name="Bytes")
    octets.field.add(name="value", number=1, label=_REPEATED, type=_Field.TYPE_BYTES)
    octets.field.add(name="content_type", number=2, label=_OPTIONAL, type=_Field.TYPE_STRING)

    value = file.message_type.add(name="Value")
    value.oneof_decl.add(name="value")
    of_value = [
        ("float32_tensor", 2, "Float32Tensor"),
        ("float64_tensor", 3, "Float64Tensor"),
        ("int32_tensor", 7, "Int32Tensor"),
        ("bytes", 9, "Bytes"),
    ]
    for field, number, kind in of_value:
        value.field.add(
            name=field, number=number, label=_OPTIONAL, type=_Field.TYPE_MESSAGE, type_name=f".aialgs.data.{kind}", oneof_index=0
        )

    record = file.message_type.add(name="Record")
    for number, field in enumerate(("features", "label"), start=1):
        entry = record.nested_type.add(name=f"{field.title()}Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=_OPTIONAL, type=_Field.TYPE_STRING)
        entry.field.add(name="value", number=2, label=_OPTIONAL, type=_Field.TYPE_MESSAGE, type_name=".aialgs.data.Value")
        record.field.add(
            name=field, number=number, label=_REPEATED, type=_Field.TYPE_MESSAGE, type_name=f".aialgs.data.Record.{field.title()}Entry"
        )
    for number, field in enumerate(("uid", "metadata", "configuration"), start=3):
        record.field.add(name=field, number=number, label=_OPTIONAL, type=_Field.TYPE_STRING)

    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))
