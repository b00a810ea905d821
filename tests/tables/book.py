"""Writes a workbook of texts: `book.py SHEETS.json OUT.xlsx`; the JSON is `{sheet: [[cell, …], …]}`. Every cell is text, whatever it begins with."""
import json, sys
from openpyxl import Workbook

book = Workbook()
book.remove(book.active)
for name, rows in json.load(open(sys.argv[1], encoding="utf-8")).items():
    sheet = book.create_sheet(name)
    for at, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(at, column)
            cell.value, cell.data_type = text, "s"
book.save(sys.argv[2])
