"""Every cell of a filled table: what is expected stands there, everything else as in the blank one. `check.py BLANK FILLED WANTED.json`; the JSON holds for each
sheet the first row, the rows that were put in, the wanted texts by column, the formulas by cell, and the validations by cell. Prints what is wrong."""
import datetime, json, sys, zipfile
from copy import copy
from openpyxl import load_workbook

blank, filled = load_workbook(sys.argv[1]), load_workbook(sys.argv[2])
wanted = json.load(open(sys.argv[3], encoding="utf-8"))
wrong = []


def text(value):
    if value is None:
        return ""
    return value.strftime("%Y-%m-%d") if isinstance(value, (datetime.datetime, datetime.date)) else str(value)


def look(cell):
    # copies, because what openpyxl hands out stands for a style and is equal to none
    return copy(cell.border), copy(cell.font), cell.number_format, copy(cell.alignment)


# a sheet at the end says what stayed empty
LISTED = "未填说明"
if blank.sheetnames != [name for name in filled.sheetnames if name != LISTED] or filled.sheetnames[-1] != LISTED and LISTED in filled.sheetnames:
    wrong.append(f"sheets {filled.sheetnames}")
listed = [[text(cell) for cell in row] for row in filled[LISTED].iter_rows(values_only=True)] if LISTED in filled.sheetnames else []
for name, columns in {name: want["unfilled"] for name, want in wanted.items() if "unfilled" in want}.items():
    told = [line[2] for line in listed if line[0] == name]
    if told != columns:
        wrong.append(f"{name}: {told} stayed empty instead of {columns}")
with zipfile.ZipFile(sys.argv[2]) as package:
    charts = [package.read(part).decode() for part in package.namelist() if part.startswith("xl/charts/chart")]
for area in [area for want in wanted.values() for area in want.get("charted", [])]:
    if not any(f">{area}<" in chart for chart in charts):
        wrong.append(f"no chart of {area}")
for name in blank.sheetnames:
    before, after, want = blank[name], filled[name], wanted.get(name, {"first": 0, "had": 0, "rows": []})
    first, had, rows = want["first"], want["had"], want["rows"]
    more = max(0, len(rows) - had)
    for row in range(1, before.max_row + 1):
        if first <= row < first + had:
            continue
        now = row + more if first and row >= first + had else row
        for column in range(1, before.max_column + 1):
            old, new = before.cell(row, column), after.cell(now, column)
            is_formula = isinstance(old.value, str) and old.value.startswith("=")
            if not is_formula and text(old.value) != text(new.value):
                wrong.append(f"{name} {new.coordinate}: {new.value!r} was {old.value!r}")
            if look(old) != look(new):
                wrong.append(f"{name} {new.coordinate}: another look")
    for at, cells in enumerate(rows):
        for column, value in cells.items():
            cell = after[f"{column}{first + at}"]
            if text(cell.value) != value:
                wrong.append(f"{name} {cell.coordinate}: {text(cell.value)!r} instead of {value!r}")
            like = before[f"{column}{first}"]
            if (copy(cell.border), cell.number_format) != (copy(like.border), like.number_format):
                wrong.append(f"{name} {cell.coordinate}: another look than its sample")
            if cell.data_type == "f" and not str(value).startswith("="):
                wrong.append(f"{name} {cell.coordinate}: a formula")
    for place, formula in want.get("formulas", {}).items():
        if after[place].value != formula:
            wrong.append(f"{name} {place}: {after[place].value!r} instead of {formula!r}")
    for place in want.get("validated", []):
        if not any(place in rule.sqref for rule in after.data_validations.dataValidation):
            wrong.append(f"{name} {place}: no validation")
    for area in want.get("merged", []):
        if area not in [str(found) for found in after.merged_cells.ranges]:
            wrong.append(f"{name} {area}: not merged")
print("\n".join(wrong[:40]))
sys.exit(1 if wrong else 0)
