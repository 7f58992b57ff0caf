"""Reports (결과 보고): a closed wave to weights, figures, an official document, tables, open data, and what changed."""
