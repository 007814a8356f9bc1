"""The gate's checks: what must hold before an app is trusted."""
