"""The errors a user sees as one clear line."""


class ScriptgapError(Exception):
    """The work failed; the message names what failed and how to mend it (exit code 1)."""

    exit_code = 1


class StoppedError(ScriptgapError):
    """The user stopped the work; the message says how to go on (exit code 130, as shells have it)."""

    exit_code = 130


class UsageError(ScriptgapError):
    """The input or the options are wrong; the message names file, row and column (exit code 2)."""

    exit_code = 2
