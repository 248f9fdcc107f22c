"""What `L` does: runs the command that logs in, or asks for an MFA code, with the terminal handed over."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual import work

from tui.app.screens.watching import Watching
from tui.domain.text import one_line, safe_text

if TYPE_CHECKING:
    from tui.app.lending import Ended
    from tui.polling.ports import Login

_ASK_FOR_CODE: Final = """
import getpass, sys
try:
    print(getpass.getpass(sys.argv[1]))
except (KeyboardInterrupt, EOFError):
    sys.exit(130)
"""
"""A process of its own: ctrl-c ends it, and the screen goes on."""
_INSTALL: Final = "install the AWS CLI, version 2, or log in elsewhere: new credentials are noticed"


class LoginActions(Watching):
    """The part of the watch screen that is about credentials."""

    _logging_in = False

    def action_login(self) -> None:
        """Log in, unless that is under way."""
        if self.services is None:
            self.say("Not connected yet.")
        elif not self._logging_in:
            self._log_in()

    @work(group="login", exit_on_error=False, description="log in")
    async def _log_in(self) -> None:
        assert self.services
        self._logging_in = True
        try:
            login = await self.services.account.login()
            if login.device:
                await self._ask_for_code(login)
            elif login.command:
                await self._run(login)
            else:
                self.say(f"There is no command for these credentials: {login.words}.")
        finally:
            self._logging_in = False

    async def _ask_for_code(self, login: "Login") -> None:
        prompt = f"MFA code of {one_line(safe_text(login.device))}: "
        ended = await self._lend([sys.executable, "-P", "-c", _ASK_FOR_CODE, prompt], keep=True)
        code = ended.output.strip()
        if ended.code == 0 and code:
            await self._use_new(code)
        else:
            self.say("No code was given.")

    async def _run(self, login: "Login") -> None:
        ended = await self._lend(login.command)
        import shlex

        command = one_line(safe_text(shlex.join(login.command)))
        if ended.code == 0:
            self.say(f"{command} ended well: asking with what it brought.")
            await self._use_new()
        elif ended.code is None:
            self.say(f"{login.command[0]} cannot be run: {_INSTALL}.", warning=True)
        else:
            how = "was interrupted" if ended.interrupted else f"ended with {ended.code}"
            self.say(f"{command} {how}.", warning=True)
            await self._use_new()

    async def _lend(self, command: Sequence[str], *, keep: bool = False) -> "Ended":
        from tui.app.app import SagetopApp

        assert isinstance(self.app, SagetopApp)
        return await self.app.lend(command, keep)

    async def _use_new(self, code: str = "") -> None:
        """Ask with new credentials, at once."""
        assert self.services
        await self.services.account.renew(code)
        if self.services.gate.failure:
            self.services.gate.kick()
        else:
            await self.probe()
