"""An app with the arguments that a test states, and its slots."""

from mapp.model.manifest import Manifest
from mapp.route.fill.slots import Slot, slots_of


def probe(arguments: str, description: str = "A probe.") -> Manifest:
    """Returns the manifest of an app with these `[input.…]` tables."""
    head = f'manifest = 1\nname = "probe"\nversion = "1.0.0"\ndescription = "{description}"\n'
    return Manifest.from_toml(f'{head}sources = ["none"]\n{arguments}\n[output]\ntype = "number"\n')


def slot(name: str, schema: str) -> Slot:
    """Returns the slot of an app's only argument."""
    return slots_of(probe(f"[input.{name}]\n{schema}"))[0]
