"""The commands by what they are for; `SpineLib.doors.cli` puts them together."""
