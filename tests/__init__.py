"""Tests; a package, so that `tests.peers` can be imported from every folder of tests."""
