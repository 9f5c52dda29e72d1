"""What can go wrong in a conversation."""

from exobrain.lib.errors import ConfigError, Conflict, DomainError, NotFound, TooMany, Unavailable


class StreamNotFound(NotFound):
    """There is no such stream."""


class ReceiptNotFound(NotFound):
    """There is no such answer."""


class LogUnavailable(Unavailable):
    """The live log of answers is not available; try again."""


class TooManyQuestions(TooMany):
    """Too many questions from this address; try again in a moment."""


class DailyTokensUsed(TooMany):
    """Your tokens for today are used up; a new day brings new ones."""


class MockFileInvalid(ConfigError):
    """The mock's answers cannot be read."""


class WebMockInvalid(ConfigError):
    """The mock of the web tools cannot be read."""


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
    """The model provider's address leads elsewhere; MODEL_PROVIDER_BASE_URL must be set anew."""


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


class ProposalNotFound(NotFound):
    """There is no such proposal."""


class ProposalDecided(Conflict):
    """This was decided before."""


class RemoteToolNotFound(NotFound):
    """There is no such tool."""


class RemoteToolChanged(Conflict):
    """This tool has changed since the page was loaded; look at it again."""
