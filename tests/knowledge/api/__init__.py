"""The memory's API and pages."""
