"""How interactions are kept: their wrap-up codes are known ones, and their case hears of every contact."""

from call_center.codes import check_wrap_up
from call_center.interactions.interaction import Interaction, InteractionView, workflow
from isthmus.parties import Documents, Party, Work


def _codes_are_known(interaction: Interaction) -> None:
    check_wrap_up(interaction.reason, interaction.reason_detail)


class Interactions(Documents[Interaction, InteractionView]):
    """Interactions; unlike any other document, one may turn out to have been with somebody else."""

    async def give_to(self, work: Work, interaction: Interaction, party: Party, fact: type, step: str) -> None:
        """Let the interaction be one with this customer; the interaction is locked by the caller."""
        key = {"source": party.source, "record_id": party.record_id, "party": party}
        await self._write(work, interaction, key, fact, by=work.caller.subject, step=step)


interactions = Interactions(Interaction, InteractionView, workflow, rule=_codes_are_known)
