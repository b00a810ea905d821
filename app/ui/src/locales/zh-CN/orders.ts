// Hotline orders: taken in from a file, results given out.
export default {
  title: '热线工单', link: '热线工单', drop: '把热线工单的表拖到这里', drop_text: '先看一遍，点了「收下」才写。Excel 和 CSV（UTF-8、GBK）都行，列名各地不同，按名称认。', choose: '选文件', reading: '正在读 {name}', writing: '正在收下 {name}', back: '返回派单',
  teach: { t1: '一个编号一件事，重复导入、两台电脑导入都不会多', t2: '按内容认事项，按地址认楼栋，认得没把握的写明', t3: '收不了的逐行写明哪一列、为什么', t4: '来电人的姓名、电话不给楼长看' },
  n: '张工单', rule: '同一个编号只收一次', row: '第 {n} 行', rows: '工单', side: '这一行', none: '没有', dry: '还没有写，点「收下」才写进去。', take: '收下新的 {n} 件', another: '再导一个', see: '去派单', open: '打开这件事', done: '收下 {n} 件', done_bad: '{n} 行没能收',
  verdict: { new: '新的', known: '已有，一样', changed: '已有，有不同', twice: '表里重复', bad: '没能收' },
  col: { row: '行', verdict: '结果', number: '工单编号', title: '标题', matter: '事项', place: '地点', due: '办结日期', why: '说明' },
  unknown: '不认得的列，内容写在情况里：{names}', skipped: '不是工单的行：{rows}',
  out: '导出办理结果', out_text: '按受理日期选；不选就是全部。不含来电人的姓名、电话和住址，导出记在您自己的记录里。', from: '从', to: '到', xlsx: 'Excel', csv: 'CSV', saved: '已存 {n} 件：{name}',
  code: { no_number: '没有工单编号', bad_number: '编号太长', no_content: '没有内容', too_large: '内容太长', kind_unknown: '类型不认得', due_guessed: '时限是算出来的', received_guessed: '没有受理日期', matter_guessed: '按内容认的事项', matter_default: '看不出是哪一项', no_building: '对不上楼栋', no_matter: '没有可归的事项', twice: '编号重复', differs: '和已收的不一样' },
}
