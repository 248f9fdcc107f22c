"""Which values must not be shown as they are, and what stands in their place.

People put tokens into hyperparameters, environment variables and container arguments, and programs write them into
logs. A name can give a secret away (`api_key`), or its own shape (`hf_…`). Every pattern here is linear in the length
of the text, because the text is other people's.
"""

from tui.domain.secrets.names import MASK
from tui.domain.secrets.texts import masked_text
from tui.domain.secrets.values import concealed, looks_secret

__all__ = ["MASK", "concealed", "looks_secret", "masked_text"]
