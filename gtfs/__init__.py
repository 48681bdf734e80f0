"""gtfs"""
