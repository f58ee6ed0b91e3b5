"""The Excel workbook staff fill in: template, import and export, one set of columns for all three."""
