"""What another office program reads of a filled table. `office.py FILLED SAVED`; SAVED is what LibreOffice made of FILLED, with everything computed. Every cell that is no
formula says the same in both, every formula came to a value. Prints what is wrong."""
import datetime, sys
from openpyxl import load_workbook

filled, saved = load_workbook(sys.argv[1]), load_workbook(sys.argv[2], data_only=True)
wrong = []


def text(value):
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value.strftime("%Y-%m-%d") if isinstance(value, (datetime.datetime, datetime.date)) else str(value)


if filled.sheetnames != saved.sheetnames:
    wrong.append(f"sheets {saved.sheetnames}")
seen = 0
for name in filled.sheetnames:
    for row in filled[name].iter_rows():
        for cell in row:
            value = saved[name][cell.coordinate].value
            seen += cell.value is not None
            if cell.data_type == "f":
                if value is None or str(value).startswith(("#", "Err:")):
                    wrong.append(f"{name} {cell.coordinate}: {cell.value} came to {value!r}")
            elif text(cell.value) != text(value):
                wrong.append(f"{name} {cell.coordinate}: {value!r} instead of {cell.value!r}")
if seen == 0:
    wrong.append("nothing was read")
print("\n".join(wrong[:40]))
sys.exit(1 if wrong else 0)
