"""The gate's checks: what has to hold before an app is trusted."""
