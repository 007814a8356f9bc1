"""Why a run failed: pure rules over facts that the host owns, never over what a script or its errors say."""
