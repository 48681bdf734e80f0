"""The city on the ground. Knows no HTTP, no tiles, no timetables, no store."""

from geo.batch import Batch, Count, GeometryType
from geo.bounds import Bounds
from geo.column import Column, ColumnType
from geo.errors import GeoError, InvalidBoundsError, InvalidLayerError, InvalidStyleError, UnreadableError
from geo.layer import Layer
from geo.level_count import LevelCount
from geo.portrayal import ANALYSIS, BASE, GROUPS, Group, Portrayal, plain_portrayal
from geo.problem import Problem
from geo.rule import RULES, Rule, Severity
from geo.style import Draw, Style, StyleClass, Theme, ThemeType
from geo.text import Language, Text

__all__ = [
    "ANALYSIS",
    "BASE",
    "GROUPS",
    "RULES",
    "Batch",
    "Bounds",
    "Column",
    "ColumnType",
    "Count",
    "Draw",
    "GeoError",
    "GeometryType",
    "Group",
    "InvalidBoundsError",
    "InvalidLayerError",
    "InvalidStyleError",
    "Language",
    "Layer",
    "LevelCount",
    "Portrayal",
    "Problem",
    "Rule",
    "Severity",
    "Style",
    "StyleClass",
    "Text",
    "Theme",
    "ThemeType",
    "UnreadableError",
    "plain_portrayal",
]
