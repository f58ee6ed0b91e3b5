"""Problems named in talks, the three lists, progress and closing (问题、三清单、整改)."""
