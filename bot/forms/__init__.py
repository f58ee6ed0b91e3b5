"""One file per form; FORMS is the explicit list."""

from bot.form_fields import Form
from bot.forms import name_finding, plan_talk, progress, record_talk

FORMS: dict[str, Form] = {form.FORM.name: form.FORM for form in (progress, record_talk, name_finding, plan_talk)}
"""Every form by name."""
