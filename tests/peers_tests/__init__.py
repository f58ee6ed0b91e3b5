"""Tests of the local peers themselves."""
