"""What Personalize refuses by name: each class is one of the errors of Amazon's service models, and is raised where the fact is known."""

from __future__ import annotations

from recommender.errors import PersonalizeError


class InvalidInputError(PersonalizeError):
    """Something sent cannot be used. The text says what, the value met, and what would be right."""

    code = "InvalidInputException"


class ResourceNotFoundError(PersonalizeError):
    """There is no such resource."""

    code = "ResourceNotFoundException"

    def __init__(self, arn: str) -> None:
        super().__init__(f"There is no resource {arn}; list those of its kind to see which there are.")


class ResourceAlreadyExistsError(PersonalizeError):
    """Another one has this name."""

    code = "ResourceAlreadyExistsException"

    def __init__(self, arn: str) -> None:
        super().__init__(f"Another resource with the same ARN already exists: {arn}; choose another name, or delete that one.")


class ResourceInUseError(PersonalizeError):
    """Something else rests on it, or it is not ready."""

    code = "ResourceInUseException"


class LimitExceededError(PersonalizeError):
    """There are as many as there may be."""

    code = "LimitExceededException"


class InvalidNextTokenError(PersonalizeError):
    """A page that was never offered."""

    code = "InvalidNextTokenException"

    def __init__(self) -> None:
        super().__init__("nextToken must be one that the last answer of the same list gave.")


class TooManyTagsError(PersonalizeError):
    """More tags than a resource may have."""

    code = "TooManyTagsException"


class TooManyTagKeysError(PersonalizeError):
    """More keys than a resource may have tags."""

    code = "TooManyTagKeysException"
