"""The version of this program, from the installed distribution."""

from importlib.metadata import version

VERSION = version("chuhai")
