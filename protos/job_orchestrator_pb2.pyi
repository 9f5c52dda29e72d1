from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class JobLifecycleState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENQUEUED_OR_PENDING: _ClassVar[JobLifecycleState]
    STARTED: _ClassVar[JobLifecycleState]
    RETRYING: _ClassVar[JobLifecycleState]
    SUCCEEDED: _ClassVar[JobLifecycleState]
    FAILED_FINAL: _ClassVar[JobLifecycleState]
ENQUEUED_OR_PENDING: JobLifecycleState
STARTED: JobLifecycleState
RETRYING: JobLifecycleState
SUCCEEDED: JobLifecycleState
FAILED_FINAL: JobLifecycleState

class KnowledgeUpdateMessage(_message.Message):
    __slots__ = ("role", "content", "sequence", "created_at")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    role: str
    content: str
    sequence: int
    created_at: str
    def __init__(self, role: _Optional[str] = ..., content: _Optional[str] = ..., sequence: _Optional[int] = ..., created_at: _Optional[str] = ...) -> None: ...

class KnowledgeUpdatePayload(_message.Message):
    __slots__ = ("journal_reference", "messages", "requested_by_user_id")
    JOURNAL_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_USER_ID_FIELD_NUMBER: _ClassVar[int]
    journal_reference: str
    messages: _containers.RepeatedCompositeFieldContainer[KnowledgeUpdateMessage]
    requested_by_user_id: str
    def __init__(self, journal_reference: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[KnowledgeUpdateMessage, _Mapping]]] = ..., requested_by_user_id: _Optional[str] = ...) -> None: ...

class EnqueueJobRequest(_message.Message):
    __slots__ = ("job_type", "user_id", "knowledge_update", "payload_json", "idempotency_key")
    JOB_TYPE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_UPDATE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_JSON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    job_type: str
    user_id: str
    knowledge_update: KnowledgeUpdatePayload
    payload_json: str
    idempotency_key: str
    def __init__(self, job_type: _Optional[str] = ..., user_id: _Optional[str] = ..., knowledge_update: _Optional[_Union[KnowledgeUpdatePayload, _Mapping]] = ..., payload_json: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class EnqueueJobReply(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class GetJobStatusRequest(_message.Message):
    __slots__ = ("job_id", "user_id")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    user_id: str
    def __init__(self, job_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class GetJobStatusReply(_message.Message):
    __slots__ = ("job_id", "state", "attempt", "detail", "terminal", "updated_at", "transition")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    TRANSITION_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    state: JobLifecycleState
    attempt: int
    detail: str
    terminal: bool
    updated_at: str
    transition: int
    def __init__(self, job_id: _Optional[str] = ..., state: _Optional[_Union[JobLifecycleState, str]] = ..., attempt: _Optional[int] = ..., detail: _Optional[str] = ..., terminal: _Optional[bool] = ..., updated_at: _Optional[str] = ..., transition: _Optional[int] = ...) -> None: ...

class WatchJobStatusRequest(_message.Message):
    __slots__ = ("job_id", "include_current", "user_id", "after_transition")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CURRENT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_TRANSITION_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    include_current: bool
    user_id: str
    after_transition: int
    def __init__(self, job_id: _Optional[str] = ..., include_current: _Optional[bool] = ..., user_id: _Optional[str] = ..., after_transition: _Optional[int] = ...) -> None: ...

class JobStatusEvent(_message.Message):
    __slots__ = ("job_id", "state", "attempt", "detail", "terminal", "emitted_at", "transition")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_FIELD_NUMBER: _ClassVar[int]
    EMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    TRANSITION_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    state: JobLifecycleState
    attempt: int
    detail: str
    terminal: bool
    emitted_at: str
    transition: int
    def __init__(self, job_id: _Optional[str] = ..., state: _Optional[_Union[JobLifecycleState, str]] = ..., attempt: _Optional[int] = ..., detail: _Optional[str] = ..., terminal: _Optional[bool] = ..., emitted_at: _Optional[str] = ..., transition: _Optional[int] = ...) -> None: ...
