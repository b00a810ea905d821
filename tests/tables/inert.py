"""What a workbook would compute, run or fetch: its cells, their links, and the parts of the package. `inert.py FILE TEXTS.json [BLANK]`; TEXTS must each stand in a
cell unchanged; formulas that the blank table brought with it are its own. Prints what is wrong, one line each, and ends with 1 if there is anything."""
import json, re, sys, zipfile
from openpyxl import load_workbook



def formulas(path):
    """Without the numbers of rows: a formula moves with its row."""
    cells = (cell for sheet in load_workbook(path).worksheets for row in sheet.iter_rows() for cell in row)
    return {re.sub(r"\d+", "", str(cell.value)) for cell in cells if cell.data_type == "f"}


wrong, seen = [], set()
own = formulas(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] else set()
for sheet in load_workbook(sys.argv[1]).worksheets:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f" and re.sub(r"\d+", "", str(cell.value)) not in own:
                wrong.append(f"{sheet.title} {cell.coordinate} is a formula: {cell.value!r}")
            if cell.hyperlink:
                wrong.append(f"{sheet.title} {cell.coordinate} is a link: {cell.hyperlink.target!r}")
            if cell.value is not None:
                seen.add(str(cell.value))
with zipfile.ZipFile(sys.argv[1]) as package:
    for name in package.namelist():
        if "externalLink" in name or name.endswith((".bin", ".vml")) or "vbaProject" in name or name.startswith("customXml"):
            wrong.append(f"a part that has no business here: {name}")
        if name.endswith(".rels") and b'TargetMode="External"' in package.read(name):
            wrong.append(f"{name} leads outside")
for text in json.load(open(sys.argv[2], encoding="utf-8")):
    if not any(text in one for one in seen):
        wrong.append(f"not there as it was written: {text!r}")
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
