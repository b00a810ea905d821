"""Three blank tables as three departments lay them out, written into the folder given: households in need, veterans over two sheets, hazards."""
import pathlib, sys
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.datavalidation import DataValidation

folder = pathlib.Path(sys.argv[1])
thin = Side(style="thin")
box = Border(left=thin, right=thin, top=thin, bottom=thin)


def put(sheet, place, value=None, form=None):
    cell = sheet[place]
    cell.value, cell.border, cell.alignment = value, box, Alignment(horizontal="center", vertical="center", wrap_text=True)
    if form:
        cell.number_format = form
    return cell


def merged(sheet, area, words):
    sheet.merge_cells(area)
    return put(sheet, area.split(":")[0], words)


def need(path):
    book = Workbook()
    sheet = book.active
    sheet.title = "困难群众"
    merged(sheet, "A1:H1", "2026年困难群众家庭登记表").font = Font(bold=True, size=16)
    sheet["A2"] = "填报单位："
    for area, words in [("A3:A4", "序号"), ("B3:B4", "户主姓名"), ("C3:C4", "家庭人口"), ("D3:E3", "联系方式"), ("F3:F4", "困难类型"), ("G3:G4", "月补助"), ("H3:H4", "开户银行")]:
        merged(sheet, area, words)
    put(sheet, "D4", "电话")
    put(sheet, "E4", "住址")
    for row in range(5, 8):
        for column in "ABCDEFGH":
            put(sheet, f"{column}{row}")
        put(sheet, f"G{row}", f"=C{row}*10", "#,##0.00")
        sheet.row_dimensions[row].height = 24
    put(sheet, "A8", "合计")
    put(sheet, "C8", "=SUM(C5:C7)")
    put(sheet, "G8", "=SUM(G5:G7)", "#,##0.00")
    merged(sheet, "A9:D9", "填表人：")
    sheet["E9"] = "审核人："
    # a whole row below the table, a whole column, and a chart of the people: they follow the rows that are put in
    sheet["G9"] = "=COUNTA(8:8)"
    sheet["H9"] = "=COUNTA(B:B)"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=5, max_row=7))
    chart.set_categories(Reference(sheet, min_col=2, min_row=5, max_row=7))
    sheet.add_chart(chart, "J3")
    book.save(path)


def veterans(path):
    book = Workbook()
    for at, name in enumerate(["男", "女"]):
        sheet = book.active if at == 0 else book.create_sheet()
        sheet.title = f"{name}性名册"
        merged(sheet, "A1:F1", f"{name}性居民名册（{2026 + at}年）")
        for column, words in zip("ABCDEF", ["序号", "姓名", "性别", "出生日期", "年龄", "身份证号"]):
            put(sheet, f"{column}2", words)
        for column in "ABCF":
            put(sheet, f"{column}3")
        put(sheet, "D3", None, "yyyy-mm-dd")
        put(sheet, "E3", '=IF(D3="","",YEAR(TODAY())-YEAR(D3))')
        sheet["A4"] = "合计"
        sheet["B4"] = "=COUNTA(B3:B3)"
        rule = DataValidation(type="list", formula1='"男,女"', allow_blank=True)
        rule.add("C3")
        sheet.add_data_validation(rule)
    total = book.create_sheet("汇总")
    total["A1"], total["B1"] = "两张合计", "=男性名册!B4+女性名册!B4"
    book.save(path)


def hazards(path):
    book = Workbook()
    sheet = book.active
    sheet.title = "隐患台账"
    merged(sheet, "A1:I1", "安全隐患排查整改台账")
    for column, words in zip("ABCDEFGHI", ["序号", "隐患名称", "隐患地点", "发现日期", "隐患类别", "整改情况", "是否办结", "责任单位", "整改照片编号"]):
        put(sheet, f"{column}2", words)
    for column in "ABCDEFGHI":
        put(sheet, f"{column}3")
    sheet["A4"] = "填表说明：发现一处填一行。"
    book.save(path)


need(folder / "困难群众.xlsx")
veterans(folder / "名册.xlsx")
hazards(folder / "隐患台账.xlsx")
