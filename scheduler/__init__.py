"""The running program: configuration, timetable, service and command line. Nobody imports it."""
