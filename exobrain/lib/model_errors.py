"""What can go wrong with a model, in words for whoever asked it."""

from exobrain.lib.errors import DomainError


class ModelFailed(DomainError):
    """The model failed; try again."""


class ModelUnreachable(ModelFailed):
    """The model cannot be reached; try again in a moment."""

    retryable = True


class ModelTooSlow(ModelFailed):
    """The model did not answer in time; try again in a moment."""

    retryable = True


class ModelRefusedKey(ModelFailed):
    """The model refused the server's credentials; its key must be set anew."""


class ModelUnknown(ModelFailed):
    """The model provider does not know the configured model."""


class ModelMoved(ModelFailed):
    """The model provider's address leads elsewhere; it must be set anew."""


class ModelNoCredit(ModelFailed):
    """The account at the model provider has no credit left; it must be topped up."""


class ModelBusy(ModelFailed):
    """The model takes no more questions at the moment; try again later."""

    retryable = True


class ModelBroken(ModelFailed):
    """The model had an internal error; try again in a moment."""

    retryable = True


class ModelRefusedQuestion(ModelFailed):
    """The model did not accept the question; it may be too long."""


class ModelContextTooLong(ModelFailed):
    """The question is too long for the model."""


class ModelFiltered(ModelFailed):
    """The provider's content filter let no answer through."""


class ModelDeclined(ModelFailed):
    """The model declined to answer."""


class ModelOnlyReasoned(ModelFailed):
    """The model thought about it but gave no answer; try again."""

    retryable = True


class ModelReasonedTooLong(ModelFailed):
    """The model thought until its longest answer was reached, and gave none."""

    retryable = True


class ModelOnlyUsedTools(ModelFailed):
    """The model used tools but gave no answer; try again."""

    retryable = True


class ModelSaidNothing(ModelFailed):
    """The model gave no answer; try again."""

    retryable = True


class ModelBrokeOff(ModelFailed):
    """The connection to the model broke off in the middle of the answer."""

    retryable = True


class ModelNotUnderstood(ModelFailed):
    """The model's answer could not be understood."""
