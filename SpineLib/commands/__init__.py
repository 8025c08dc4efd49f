"""The commands by what they are for; `SpineLib.cli` puts them together."""
