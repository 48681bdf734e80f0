"""Bus location: GTFS-Realtime messages, how far each feed can be trusted, and what follows for the stops ahead.

Nothing is imported here: who reads a snapshot needs neither protobuf nor a timetable.
"""
