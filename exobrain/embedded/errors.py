"""What can go wrong with the embedded services; each message is for the person at the terminal."""


class EmbeddedError(Exception):
    """The embedded services are not available."""


class ServiceFailed(EmbeddedError):
    """A service did not start, or the files it needs are not usable."""


class KeeperFailed(EmbeddedError):
    """The process that keeps the services could not be started or did not answer."""
