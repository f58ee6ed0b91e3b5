"""Questions passed to staff, their standard answers, and what askers thought of answers (转办提问、标准答复、评价)."""
