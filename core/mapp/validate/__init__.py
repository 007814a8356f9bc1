"""The gate: what must hold before an app is trusted. Its checks are in `checks`."""
