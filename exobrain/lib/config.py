"""The environment, typed: the only place that reads it.

Values come from the process environment, then from `.env` in the working directory.
Unknown variables are ignored; a wrong value raises `ConfigError`, which names the
variable and what it accepts.
"""

import os
import shlex
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from exobrain.lib.address import is_loopback
from exobrain.lib.errors import ConfigError
from exobrain.lib.mcp_servers import TOKEN_PREFIX, McpServerSpec, read_servers
from exobrain.lib.signing_secrets import SigningSecrets, own_secrets
from exobrain.lib.zones import zone_named

ROOT = Path(__file__).resolve().parents[2]

# Defaults of earlier versions, which may still stand in somebody's environment.
KNOWN_SECRETS = ("dev-secret-change-me", "dev-django-secret-change-me")
MIN_SECRET_BYTES = 32
OPENAI_BASE_URL = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-5.2"
ORCHESTRATOR_PORT = 50_061
PROVIDER_MODEL = "agent"  # the alias that a model provider serves
# Never read from `.env`.
PROCESS_ONLY = ("openai_api_key", "main_agent_fallback_api_key", "tavily_api_key")

DEFAULT_SYSTEM_PROMPT = (
    "You are Exobrain, a personal assistant with a long memory. "
    "Answer plainly and to the point, say when you are unsure, and never invent sources."
)

LOCAL_MODEL = "SmolLM2-135M-Instruct"  # of the extra `local`
LOCAL_MODEL_SIZE = "135 million parameters, 98 MB"
SMALL_MODEL_PROMPT = "You are a helpful assistant."  # it gets worse with every further sentence


def _split(value: Any) -> Any:
    """Turn a comma-separated string into a list, leave anything else alone."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    return value


def _blank_is_unset(value: Any) -> Any:
    """Treat an empty variable as one that was not set."""
    return None if isinstance(value, str) and not value.strip() else value


def _header_safe(secret: SecretStr | None) -> SecretStr | None:
    """Refuse what cannot be sent in a header."""
    text = secret.get_secret_value() if secret else ""
    if not text.isascii() or any(character.isspace() for character in text):
        raise ValueError("must be ASCII without spaces")
    return secret


def _http_url(url: str | None) -> str | None:
    """Refuse what is no address of a web server."""
    if url is not None and not (url.startswith(("http://", "https://")) and urlsplit(url).hostname):
        raise ValueError("must begin with http:// or https:// and name a host")
    return url


def _command_lines(commands: list[str]) -> list[str]:
    """Refuse what a shell could not read."""
    for command in commands:
        shlex.split(command)
    return commands


def _known_zone(name: str) -> str:
    """Refuse what is no time zone."""
    return zone_named(name).key


CommaList = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Optional = BeforeValidator(_blank_is_unset)
PositiveInt = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class _DotEnvWithoutKeys(DotEnvSettingsSource):
    """`.env`, except PROCESS_ONLY: a provider's key belongs to the process, not to a file."""

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        return {name: value for name, value in values.items() if name not in PROCESS_ONLY}


class Config(BaseSettings):
    """Every setting of Exobrain, one field per environment variable."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", case_sensitive=False
    )

    # -- where it runs
    app_env: Annotated[str, Field(min_length=1)] = Field(
        "local", description="`local` enables docs, demo users and secrets made at the first start"
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] | None, Optional
    ] = Field(None, description="unset: DEBUG in local, INFO elsewhere")
    exobrain_data: Path = Field(
        Path("var"), description="directory of the embedded services' data and of the secrets"
    )
    allowed_hosts: CommaList = Field(
        ["localhost", "127.0.0.1", "[::1]"],
        description="host names the server answers to, comma-separated",
    )
    public_url: Annotated[str | None, Optional] = Field(
        None, description="the address users type; its origin is trusted for cookies"
    )
    default_time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "UTC", description="where the days of users begin who have set no time zone; IANA name"
    )
    trusted_proxies: Annotated[int, Field(ge=0)] = Field(
        0, description="how many proxies in front append to X-Forwarded-For"
    )
    max_request_bytes: PositiveInt = Field(
        2_000_000, description="largest request body accepted, else 413"
    )
    max_header_bytes: PositiveInt = Field(
        65_536, description="largest request line and headers accepted, else 431"
    )
    request_timeout_seconds: Seconds = Field(
        60.0, description="a request that has not arrived whole by then is refused with 408"
    )
    keep_alive_seconds: PositiveInt = Field(
        5, description="a connection without a request is closed after so long"
    )
    stream_heartbeat_seconds: Seconds = Field(
        15.0, description="a silent event stream or WebSocket sends a sign of life so often"
    )
    web_threads: PositiveInt = Field(8, description="threads that answer requests in one process")
    web_one_core: bool = Field(
        True, description="keep a web process on one core, where its threads take turns fastest"
    )

    # -- services; an unset URL means the embedded one
    assistant_db_dsn: Annotated[str | None, Optional] = Field(
        None, description="PostgreSQL, postgresql://user:password@host:port/database"
    )
    assistant_cache_redis_url: Annotated[str | None, Optional] = Field(
        None, description="Redis or Valkey, redis://host:port/db"
    )
    exobrain_nats_url: Annotated[str | None, Optional] = Field(
        None, description="NATS with JetStream, nats://host:port"
    )
    exobrain_qdrant_url: Annotated[str | None, Optional] = Field(
        None, description="Qdrant, http://host:port; unset: memory is searched in PostgreSQL"
    )
    exobrain_qdrant_api_key: Annotated[SecretStr | None, Optional] = Field(None)
    exobrain_memgraph_url: Annotated[str | None, Optional] = Field(
        None, description="Memgraph or Neo4j, bolt://host:port; unset: PostgreSQL is the graph"
    )
    exobrain_memgraph_user: str = Field("")
    exobrain_memgraph_password: Annotated[SecretStr | None, Optional] = Field(None)

    # -- jobs
    job_orchestrator_grpc_target: Annotated[str | None, Optional] = Field(
        None, description="where others find the orchestrator, host:port; unset: on this machine"
    )
    job_orchestrator_connect_timeout_seconds: Seconds = Field(
        5.0, description="longest wait for the orchestrator's answer"
    )
    job_orchestrator_api_bind_address: Annotated[str | None, Optional] = Field(
        None, description="where the orchestrator listens, host:port; wins over the two below"
    )
    job_orchestrator_api_host: Annotated[str | None, Optional] = Field(
        None, description="unset, as the port: a Unix socket in the data directory"
    )
    job_orchestrator_api_port: Annotated[int | None, Optional] = Field(
        None, description="unset but a host is set: 50061", ge=1, le=65_535
    )
    job_orchestrator_api_enabled: bool = Field(True, description="`up` runs the orchestrator")
    job_orchestrator_worker_enabled: bool = Field(True, description="`up` runs a worker")
    job_orchestrator_api_token: Annotated[
        SecretStr | None, AfterValidator(_header_safe), Optional
    ] = Field(None, description="shared secret that callers of the orchestrator must send")
    job_orchestrator_tls_certificate_file: Annotated[Path | None, Optional] = Field(
        None, description="the orchestrator's certificate, PEM; set: it speaks TLS only"
    )
    job_orchestrator_tls_key_file: Annotated[Path | None, Optional] = Field(
        None, description="the certificate's key, PEM"
    )
    job_orchestrator_tls_ca_file: Annotated[Path | None, Optional] = Field(
        None, description="whom callers trust, PEM; set: they speak TLS"
    )
    job_queue_subject: Annotated[str, Field(min_length=1)] = Field(
        "jobs.*.*.requested", description="what workers listen to; a job type has two words"
    )
    job_events_subject_prefix: Annotated[str, Field(min_length=1)] = Field("jobs.events")
    job_dlq_subject: Annotated[str, Field(min_length=1)] = Field("jobs.dlq")
    job_consumer_durable: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] = Field(
        "job-orchestrator-worker-v2", description="the consumer that all workers share"
    )
    # The original has 150 and no less than 120: it says nothing while a job runs, so its wait must
    # outlast the longest one. Here message and lease are renewed three times as often meanwhile,
    # so this is only how long the jobs of a dead worker wait for another.
    job_consumer_ack_wait_seconds: Annotated[float, Field(ge=1)] = Field(
        30.0, description="a worker silent for longer has lost its jobs, which may last longer"
    )
    job_max_attempts: PositiveInt = Field(3, description="failures before a job is given up")
    job_max_lost_attempts: PositiveInt = Field(
        10, description="attempts that ended with their worker before a job is given up"
    )
    job_attempt_timeout_seconds: Seconds = Field(1800.0, description="longest attempt at one job")
    job_backoff_base_seconds: Seconds = Field(
        2.0, description="pause after a job's first failure; doubled after each"
    )
    job_backoff_max_seconds: Seconds = Field(
        300.0, description="longest pause before the next attempt at a job"
    )
    job_max_payload_bytes: Annotated[int, Field(ge=1024, le=1_000_000)] = Field(
        900_000, description="largest job accepted; NATS carries 1 MB"
    )
    job_dlq_raw_message_max_chars: Annotated[int, Field(ge=256)] = Field(
        4096, description="how much of a message a dead-letter event repeats"
    )
    job_stream_max_age_days: PositiveInt = Field(7, description="how long JetStream keeps messages")
    job_keep_days: PositiveInt = Field(
        30, description="how long finished jobs stay in the ledger; longer than in JetStream"
    )
    job_watch_max_seconds: Seconds = Field(3600.0, description="longest watch of one job")
    worker_replica_count: PositiveInt = Field(1, description="jobs one worker runs side by side")
    exobrain_fault: Annotated[str | None, Optional] = Field(
        None, description="for tests: the step at which a process kills itself"
    )

    # -- memory updates
    knowledge_update_max_tokens: PositiveInt = Field(
        8000, description="most journal text of one job, in tokens of four characters"
    )
    knowledge_update_use_orchestrator_enqueue: bool = Field(
        True, description="false: jobs go straight to JetStream, as before the orchestrator"
    )
    knowledge_auto_update_minutes: Annotated[float, Field(ge=0)] = Field(
        10, description="the memory learns by itself after so long a silence; 0: never"
    )

    knowledge_extractor: Literal["rules", "model", "auto"] = Field(
        "auto", description="what reads facts out of messages; auto: the model where there is one"
    )
    knowledge_parser: Literal["spacy", "none"] = Field(
        "spacy",
        description="what the rules parse English with; none saves the worker 80 MB and reads "
        "fixed forms only",
    )
    knowledge_update_extraction_model: Annotated[str | None, Optional] = Field(
        None, description="the provider's model that reads facts out of messages; unset: the chat's"
    )
    knowledge_update_model_provider_timeout_seconds: Annotated[float, Field(ge=1)] = Field(
        120.0, description="longest wait for that model's answer"
    )

    # -- secrets and sign-in
    django_secret_key: SecretStr = Field(
        SecretStr(""),
        description="signs sessions and forms; at least 32 bytes; unset in local: made at the "
        "first start and kept in the data directory",
    )
    auth_jwt_secret: SecretStr = Field(SecretStr(""), description="signs access tokens; as above")
    auth_jwt_algorithm: Literal["HS256", "HS384", "HS512"] = Field("HS256")
    auth_access_token_ttl_seconds: PositiveInt = Field(900)
    auth_refresh_token_ttl_seconds: PositiveInt = Field(
        604_800, description="life of a refresh token and of a session"
    )
    auth_refresh_grace_seconds: Annotated[float, Field(ge=0, le=60)] = Field(
        10.0, description="for so long, a second use of a refresh token is only refused"
    )
    auth_cookie_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] = Field("exobrain_session")
    accounts_allow_signup: bool = Field(False, description="anyone may register")
    exobrain_allow_demo_login: bool = Field(
        False, description="demo passwords, which everybody knows, work from other machines too"
    )
    login_attempts_per_account: PositiveInt = Field(
        5, description="failed sign-ins per account and address in five minutes, then 429"
    )
    login_attempts_per_address: PositiveInt = Field(
        50, description="failed sign-ins per address in five minutes, then 429"
    )

    # -- caches
    assistant_cache_key_prefix: Annotated[str, Field(min_length=1)] = Field("assistant:sessions")
    assistant_journal_cache_key_prefix: Annotated[str, Field(min_length=1)] = Field(
        "assistant:journal-cache"
    )
    assistant_journal_cache_entry_ttl_seconds: PositiveInt = Field(30)
    assistant_journal_cache_messages_ttl_seconds: PositiveInt = Field(20)
    assistant_journal_cache_list_ttl_seconds: PositiveInt = Field(20)
    assistant_journal_cache_negative_ttl_seconds: PositiveInt = Field(8)
    assistant_journal_cache_jitter_max_seconds: Annotated[int, Field(ge=0)] = Field(5)

    # -- the model
    model_provider_base_url: Annotated[str | None, Optional] = Field(
        None, description="OpenAI-compatible provider, for example http://localhost:8010/v1"
    )
    model_provider_is_local: Annotated[bool | None, Optional] = Field(
        None, description="may be told what users mark as private; unset: if its host is loopback"
    )
    openai_api_key: Annotated[SecretStr | None, Optional] = Field(
        None, description="set in the process environment, never in .env"
    )
    main_agent_model: Annotated[str | None, Optional] = Field(
        None, description="unset: gpt-5.2 at OpenAI itself, `agent` at a provider"
    )
    main_agent_temperature: Annotated[Annotated[float, Field(ge=0, le=2)] | None, Optional] = Field(
        0.0, description="blank: not sent, for models that take none"
    )
    main_agent_max_tokens: Annotated[PositiveInt | None, Optional] = Field(
        None, description="longest answer of the model, in its tokens; unset: its own limit"
    )
    main_agent_model_contract_mode: Literal[
        "openai_compatible", "legacy_openai_compatible", "native"
    ] = Field(
        "openai_compatible",
        description="how the provider is asked; native: POST /internal/chat/messages of the "
        "original's model provider",
    )
    main_agent_fallback_model: Annotated[str | None, Optional] = Field(
        None, description="answers when the other model fails before its first word"
    )
    main_agent_fallback_base_url: Annotated[str | None, Optional] = Field(
        None, description="where the fallback model is; unset: at the same provider"
    )
    main_agent_fallback_api_key: Annotated[SecretStr | None, Optional] = Field(
        None, description="its key there; set in the process environment, never in .env"
    )
    main_agent_system_prompt: Annotated[str, Field(min_length=1)] = Field(DEFAULT_SYSTEM_PROMPT)
    main_agent_use_mock: Annotated[bool | None, Optional] = Field(
        None, description="true: sample answers from a file, whatever is asked"
    )
    main_agent_mock_messages_file: Path = Field(Path("mock_data/main-agent-messages.md"))
    main_agent_mock_script_file: Annotated[Path | None, Optional] = Field(
        None, description="a mock that also uses tools, after this JSON script, instead"
    )
    main_agent_context_tokens: PositiveInt = Field(
        16_000, description="budget of journal text sent with a question"
    )
    main_agent_is_small: bool = Field(
        False, description="a small model is offered no tools and told no rules: it follows none"
    )
    main_agent_timeout_seconds: Seconds = Field(60.0, description="longest silence of the provider")

    # -- a model on this machine, which `up` serves where no provider is set
    local_model_enabled: bool = Field(
        False, description="needs the extra `local`, as `make run LLM=local` has"
    )
    local_model_file: Annotated[Path | None, Optional] = Field(
        None, description="a GGUF file; unset: SmolLM2-135M-Instruct, which comes with the extra"
    )
    local_model_port: Annotated[int, Field(ge=1, le=65_535)] = Field(
        8010, description="where it is served, on loopback"
    )
    local_model_context_tokens: Annotated[int, Field(ge=1024)] = Field(
        4096, description="of prompt and answer together; budgets that are unset are shares of it"
    )

    # -- the assistant's web tools; with none of them set, nothing is searched or fetched
    tavily_api_key: Annotated[SecretStr | None, AfterValidator(_header_safe), Optional] = Field(
        None, description="set in the process environment, never in .env"
    )
    tavily_base_url: Annotated[str | None, Optional] = Field(
        None, description="unset: Tavily's own address"
    )
    web_search_searxng_url: Annotated[str | None, AfterValidator(_http_url), Optional] = Field(
        None, description="a SearXNG that answers in JSON; searches where there is no Tavily key"
    )
    web_fetch_direct: Annotated[bool | None, Optional] = Field(
        None,
        description="this server fetches web pages itself, public ones only; unset: where "
        "SearXNG searches, as Tavily fetches pages too",
    )
    web_fetch_ports: Annotated[
        list[Annotated[int, Field(ge=1, le=65_535)]], NoDecode, BeforeValidator(_split)
    ] = Field([80, 443], description="ports of web servers that pages are fetched from")
    web_tools_use_mock: bool = Field(
        False, description="searches and pages come from a file, whatever is asked"
    )
    web_tools_mock_data_file: Annotated[Path | None, Optional] = Field(
        None, description="that file, for example mock_data/web-tools.json; unset: one result"
    )

    # -- other programs' tools (MCP)
    mcp_servers: Annotated[list[McpServerSpec], NoDecode, BeforeValidator(read_servers)] = Field(
        [], description="a JSON list of servers; others are added in the administration"
    )
    mcp_server_url: Annotated[str | None, AfterValidator(_http_url), Optional] = Field(
        None, description="the original's tool server, for example http://localhost:8090"
    )
    mcp_server_gets_user_token: bool = Field(
        False, description="that server is given an access token of the user who asks"
    )
    mcp_stdio_allowed: Annotated[CommaList, AfterValidator(_command_lines)] = Field(
        [], description="commands, with their arguments, that rows of the administration may start"
    )
    mcp_request_timeout_seconds: Seconds = Field(
        5.0, description="longest wait for the answer of another program's tool"
    )
    mcp_max_retries: Annotated[int, Field(ge=0, le=10)] = Field(
        2, description="attempts to connect after the first, before anything was sent"
    )

    # -- the memory in the chat
    memory_recall_enabled: bool = Field(True, description="answers may use the user's memory")
    memory_recall_tokens: PositiveInt = Field(
        2000, description="budget of recalled text sent with a question"
    )
    memory_profile_tokens: PositiveInt = Field(
        300, description="budget of what every answer is told of its user: profile, what is coming"
    )
    memory_recall_deadline_ms: PositiveInt = Field(
        150, description="a question waits no longer for its memory, and goes without it then"
    )

    # -- the memory's embedding model
    embedding_provider: Literal["local", "provider", "hashing", "none"] = Field(
        "local", description="where texts become vectors; none: memory is found by words only"
    )
    embedding_model: Annotated[str, Field(min_length=1)] = Field(
        "text-embedding-3-small", description="the provider's; the local one is all-MiniLM-L6-v2"
    )
    embedding_dimensions: Annotated[int, Field(ge=1, le=4000)] = Field(
        1536, description="of the provider's model; at most 4000, which pgvector indexes"
    )
    embedding_batch_size: PositiveInt = Field(64, description="texts in one call of the provider")
    embedding_timeout_seconds: Seconds = Field(30.0, description="longest wait for the provider")
    embedding_threads: PositiveInt = Field(1, description="threads of the local model")
    embedding_use_mock: bool = Field(False, description="vectors of bytes, which mean nothing")

    # -- chat
    chat_allow_anonymous: bool = Field(False, description="visitors may chat; nothing is kept")
    chat_anonymous_messages_per_minute: PositiveInt = Field(10, description="per address")
    chat_turn_max_seconds: Seconds = Field(600.0, description="longest generation")
    chat_turn_max_chars: PositiveInt = Field(200_000, description="largest answer")
    chat_daily_tokens: Annotated[PositiveInt | None, Optional] = Field(
        None, description="most tokens of the model per user and day, then 429; unset: no limit"
    )

    @property
    def is_local(self) -> bool:
        """True on a developer's machine, where demo users are allowed."""
        return self.app_env.lower() == "local"

    @property
    def effective_log_level(self) -> str:
        """The log level in force."""
        return self.log_level or ("DEBUG" if self.is_local else "INFO")

    @property
    def uses_mock_model(self) -> bool:
        """True when answers come from the mock file, whatever else is configured."""
        return bool(self.main_agent_use_mock)

    @property
    def has_provider(self) -> bool:
        """True when it is known where a model is."""
        return self.model_provider_base_url is not None or self.openai_api_key is not None

    @property
    def uses_local_model(self) -> bool:
        """True when the model that `up` serves answers."""
        is_asked = self.model_provider_base_url == self.local_model_url
        return self.local_model_enabled and is_asked and not self.uses_mock_model

    @property
    def local_model_url(self) -> str:
        """Where the local model is served, as a provider."""
        return f"http://127.0.0.1:{self.local_model_port}/v1"

    @property
    def answers_from_memory(self) -> bool:
        """True when no model is configured: answers then say what the memory has."""
        return not (self.uses_mock_model or self.has_provider)

    @property
    def answers_without_model(self) -> bool:
        """True when no model writes the answers, so that nothing is to be learned from them."""
        return self.uses_mock_model or not self.has_provider

    @property
    def model_is_elsewhere(self) -> bool:
        """True when what the model is told leaves the hands of who runs this server."""
        if self.answers_from_memory:
            return False
        addresses: list[str | None] = []
        if self.model_provider_is_local is not None:
            if not self.model_provider_is_local:
                return True
        elif self.model_provider_base_url is not None:
            addresses.append(self.model_provider_base_url)
        elif self.openai_api_key is not None:
            return True
        if self.main_agent_fallback_model is not None:
            addresses.append(self.main_agent_fallback_base_url)  # unset: at the same provider
        return any(
            not is_loopback(urlsplit(address).hostname or "") for address in addresses if address
        )

    @property
    def configured_mcp_servers(self) -> list[McpServerSpec]:
        """The MCP servers that the environment names."""
        if self.mcp_server_url is None:
            return self.mcp_servers
        original = McpServerSpec(
            name="mcp",
            kind="rest",
            address=self.mcp_server_url,
            gets_user_token=self.mcp_server_gets_user_token,
        )
        return [*self.mcp_servers, original]

    def may_start(self, command: Sequence[str]) -> bool:
        """True when MCP_STDIO_ALLOWED has this command, with exactly these arguments."""
        return list(command) in [shlex.split(each) for each in self.mcp_stdio_allowed]

    @property
    def fetches_pages_itself(self) -> bool:
        """True when this server connects to the web servers whose pages the assistant reads."""
        if self.web_fetch_direct is not None:
            return self.web_fetch_direct
        return self.web_search_searxng_url is not None and self.tavily_api_key is None

    @property
    def effective_model(self) -> str:
        """The model's name as the provider knows it."""
        if self.main_agent_model:
            return self.main_agent_model
        is_openai = self.model_provider_base_url in (None, OPENAI_BASE_URL)
        return OPENAI_MODEL if is_openai else PROVIDER_MODEL

    @property
    def effective_extraction_model(self) -> str:
        """The name of the model that reads facts out of messages, as the provider knows it."""
        return self.knowledge_update_extraction_model or self.effective_model

    @property
    def uses_model_extractor(self) -> bool:
        """True when a model reads facts out of messages; in development, rules do."""
        if self.knowledge_extractor != "auto":
            return self.knowledge_extractor == "model"
        if self.uses_local_model:  # too small for it, or as slow as many messages are long
            return False
        return self.model_provider_base_url is not None and not self.uses_mock_model

    @property
    def orchestrator_bind_address(self) -> str | None:
        """Where the orchestrator listens; None for its socket in the data directory."""
        if self.job_orchestrator_api_bind_address:
            return self.job_orchestrator_api_bind_address
        if self.job_orchestrator_api_host is None and self.job_orchestrator_api_port is None:
            return None
        host = self.job_orchestrator_api_host or "127.0.0.1"
        return f"{host}:{self.job_orchestrator_api_port or ORCHESTRATOR_PORT}"

    @property
    def data_dir(self) -> Path:
        """The data directory, absolute; a relative one is below the project."""
        return (ROOT / self.exobrain_data).resolve()

    def project_path(self, path: Path) -> Path:
        """A path of the settings, absolute; a relative one is below the project."""
        return (ROOT / path).resolve()

    @property
    def service_urls(self) -> dict[str, str | None]:
        """Where the database, the cache and the queue are; None: embedded."""
        return {
            "database_url": self.assistant_db_dsn,
            "cache_url": self.assistant_cache_redis_url,
            "queue_url": self.exobrain_nats_url,
        }

    @property
    def mock_messages_path(self) -> Path:
        """The mock model's file, absolute; `mock-data/`, as the original has it, is found too."""
        path = self.project_path(self.main_agent_mock_messages_file)
        if not path.exists():
            renamed = str(self.main_agent_mock_messages_file).replace("mock-data/", "mock_data/")
            if (found := self.project_path(Path(renamed))).exists():
                return found
        return path

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then `.env` without the keys that must not live in a file."""
        return init_settings, env_settings, _DotEnvWithoutKeys(settings_cls)

    def weak_secrets(self) -> list[str]:
        """What is wrong with the secrets where others can reach them; empty when nothing is."""
        problems = []
        for name in SigningSecrets._fields:
            secret: str = getattr(self, name).get_secret_value()
            if not secret:
                problems.append(f"{name.upper()} is not set; set one of at least 32 random bytes")
            elif secret in KNOWN_SECRETS:
                problems.append(f"{name.upper()} is one that everybody knows; set your own")
            elif len(secret.encode()) < MIN_SECRET_BYTES:
                problems.append(f"{name.upper()} needs at least {MIN_SECRET_BYTES} bytes")
        return problems

    @model_validator(mode="after")
    def _refuse_weak_secrets(self) -> Self:
        # Not made here: the machines of a deployment have to share them.
        if not self.is_local and (problems := self.weak_secrets()):
            raise ValueError("; ".join(problems))
        return self

    def with_own_secrets(self) -> Self:
        """These settings, where every secret that is unset is that of the data directory."""
        unset = [n for n in SigningSecrets._fields if not getattr(self, n).get_secret_value()]
        if not unset:
            return self
        own = own_secrets(self.data_dir)
        return self.model_copy(update={name: SecretStr(getattr(own, name)) for name in unset})

    @model_validator(mode="after")
    def _keep_jobs_longer_than_messages(self) -> Self:
        # A message that outlives its job's row would be taken for a new job.
        if self.job_keep_days <= self.job_stream_max_age_days:
            raise ValueError("JOB_KEEP_DAYS must be greater than JOB_STREAM_MAX_AGE_DAYS")
        return self

    @model_validator(mode="after")
    def _need_a_key_for_the_certificate(self) -> Self:
        if bool(self.job_orchestrator_tls_certificate_file) != bool(
            self.job_orchestrator_tls_key_file
        ):
            raise ValueError(
                "JOB_ORCHESTRATOR_TLS_CERTIFICATE_FILE and JOB_ORCHESTRATOR_TLS_KEY_FILE must be "
                "set together"
            )
        return self

    @model_validator(mode="after")
    def _know_mcp_servers_by_name(self) -> Self:
        names = [server.name for server in self.configured_mcp_servers]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"MCP_SERVERS: {twice.pop()} names two servers")
        return self

    @model_validator(mode="after")
    def _ask_the_local_model(self) -> Self:
        # Whoever names a provider wants that one; what is set stays as it is set.
        if not self.local_model_enabled or self.has_provider:
            return self
        tokens = self.local_model_context_tokens
        values: dict[str, Any] = {
            "model_provider_base_url": self.local_model_url,
            "main_agent_context_tokens": tokens // 4,
            "memory_recall_tokens": tokens // 8,
            "main_agent_max_tokens": tokens // 8,
        }
        if self.local_model_file is None:
            # A core reads some 100 tokens a second, and it repeats what it reads of itself.
            values |= {
                "main_agent_context_tokens": tokens // 16,
                "memory_recall_tokens": tokens // 16,
                "main_agent_model": LOCAL_MODEL,
                "main_agent_is_small": True,
                "main_agent_system_prompt": SMALL_MODEL_PROMPT,
            }
        else:
            values["main_agent_model"] = self.local_model_file.stem
        for name, value in values.items():
            if name not in self.model_fields_set:
                setattr(self, name, value)
        return self

    @model_validator(mode="after")
    def _need_a_provider(self) -> Self:
        needs = {
            "KNOWLEDGE_EXTRACTOR is model": self.knowledge_extractor == "model",
            "EMBEDDING_PROVIDER is provider": self.embedding_provider == "provider"
            and not self.embedding_use_mock,
        }
        if not self.has_provider:
            for what, is_so in needs.items():
                if is_so:
                    raise ValueError(
                        f"{what}, so MODEL_PROVIDER_BASE_URL or OPENAI_API_KEY must be set"
                    )
        return self


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        name = str(problem["loc"][0]).upper() if problem["loc"] else ""
        message = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {message}" if name else message)
    return "; ".join(lines)


def load_config() -> Config:
    """The settings of this moment's environment; raises ConfigError naming what is wrong."""
    try:
        return Config().with_own_secrets()
    except ValidationError as error:
        # `from None`: the validation error would print the offending values, secrets among them.
        raise ConfigError(_explain(error)) from None


def mcp_token(variable: str) -> SecretStr | None:
    """The token in this variable of the process environment; None when there is none.

    An operator's page names the variable, so only those that are for this can be named: whoever
    has that page could otherwise have our own secrets sent to a server of theirs.
    """
    if not variable.startswith(TOKEN_PREFIX) or not os.environ.get(variable):
        return None
    try:
        return _header_safe(SecretStr(os.environ[variable]))
    except ValueError as error:
        raise ConfigError(f"{variable} {error}.") from None


@cache
def get_config() -> Config:
    """The settings this process started with."""
    return load_config()
