"""The packages to install. The rest is in pyproject.toml, which cannot put ``weights/`` inside a package it finds."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["llb", "llb.*", "demo", "demo.*"]), "llb.weights"],
    package_dir={"llb.weights": "weights"},
)
