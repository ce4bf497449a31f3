"""Every test of the repository can ask for a real PostgreSQL and a real Kafka."""

from hypothesis import Phase, settings

import gateway

# pytest names a test module after its folders; with the package loaded first, the folder `gateway/` is not it.
assert gateway.__file__ is not None, "install the workspace members first"  # noqa: S101 - no product code

pytest_plugins = ["isthmus_local.testing"]

# A failure as it was found: making it smaller takes minutes (`--hypothesis-profile=unshrunk`).
settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.reuse, Phase.generate])

collect_ignore_glob = ["*/src/*"]
"""Sources hold no tests, whatever their names: src/sales/test_drives.py is about test drives."""
