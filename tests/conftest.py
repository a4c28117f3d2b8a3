"""The fixtures that every test may ask for."""

pytest_plugins = [
    "tests.fixtures.require",
    "tests.fixtures.database",
    "tests.fixtures.services",
    "tests.fixtures.processes",
    "tests.fixtures.browser",
]
