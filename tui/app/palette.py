"""The command table in Textual's command palette."""

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.app.commands import COMMANDS, Command

_UNLISTED = ("palette", "down", "up", "left", "right", "half_down", "half_up", "page_down", "page_up")


class Commands(Provider):
    """Finds a command by its words; each shows its key."""

    async def search(self, query: str) -> Hits:
        """Yield the commands that match."""
        matcher = self.matcher(query)
        for command in self._listed():
            score = matcher.match(_words(command))
            if score > 0:
                yield Hit(score, matcher.highlight(_words(command)), partial(self._run, command), command.label)

    async def discover(self) -> Hits:
        """Yield every command."""
        for command in self._listed():
            yield DiscoveryHit(_words(command), partial(self._run, command))

    async def _run(self, command: Command) -> None:
        await self.screen.run_action(command.action or command.id)

    def _listed(self) -> list[Command]:
        listed = (command for command in COMMANDS if command.id not in _UNLISTED)
        return [command for command in listed if self.screen.check_action(command.action or command.id, ())]


def _words(command: Command) -> str:
    return f"{command.help}  {command.key}"
