// Ledgers: every kind as a grid, views, export, the weekly sheet, the doors of a building.
export default {
  kinds: '哪种台账', total: '{n} 行', of_all: '{n} 行，共 {all} 行', looking: '正在找', none: '这种台账还是空的。', none_found: '没有符合条件的。',
  words: '门牌、姓名、拼音、电话', unit: '单位', all_units: '全部单位', buildings: '楼栋', clear: '清掉条件', grid: '{kind}台账', rowhead: '第 {n} 行',
  due: { over: '逾期', today: '今天', soon: '快到期', none: '未到期' }, away: '暂离到 {day}', yes: '是', no: '否', masked: '已遮盖',
  filter: {
    add: '筛选', title: '加一个条件', column: '哪一列', op: '怎么比', value: '值', put: '加上', remove: '去掉条件：{words}',
    ops: { is: '是', not: '不是', has: '含', empty: '为空', filled: '不为空', at_most: '不超过', at_least: '不低于' },
    words: '{column} {op} {value}',
  },
  group: '分组', group_by: '分组：{name}', no_group: '不分组', group_of: '{label}，{n} 行', empty_group: '（空）', more_groups: '还有 {n} 组', groups: '各组',
  columns: { title: '显示哪些列', done: '好了', reset: '恢复原来的', up: '往前', down: '往后' },
  sort: { by: '按{column}排序' },
  views: { title: '视图', change_of: '{name}：改成现在这样', none: '还没有留下视图', save: '留下这个视图', name: '视图名称', keep: '留下', saved: '视图「{name}」留下了，社区的各台设备都有。', remove: '去掉视图「{name}」', removed: '去掉了视图「{name}」。', undo: '撤销', change: '改成现在这样', changed: '视图「{name}」改了。', forked: '两台设备改得不一样' },
  pick: { n: '选了 {rows} 行', set: '一起改「{column}」', copy: '复制', copied: '复制了 {n} 行，证件号、电话和私密的列已遮盖；记下来了。', loading: '还有行没取来，请等一下再复制。', too_many: '一次最多复制 {n} 行，请用导出。', cannot: '「{column}」不能在台账里直接改。' },
  copy: { go: '不遮盖复制…', title: '不遮盖地复制', text: '选中的 {n} 行，证件号、电话和私密的列原样复制。理由会记下来，社区各设备都看得到。', done: '复制了 {n} 行，没有遮盖；记下来了。', failed: '没能记下来，所以没有复制：{why}' },
  edit: { label: '改{column}', saved: '「{column}」改好了。', undo: '撤销', undone: '改回去了，{n} 行。', left: '{n} 行没有动：已经不在，或别人刚改过。', empty: '（空）', tags: '用顿号隔开' },
  many: { title: '一起改「{column}」', text: '选中的 {n} 行都改成下面这个值。每一行各记一笔，能撤销。', preview: '会改 {changed} 行；{same} 行已经是这样；{left} 行不动。', value: '改成', add: '加上标签', take: '去掉标签', look: '先看看', go: '改 {n} 行', done: '改了 {n} 行「{column}」。', cancel: '不改了' },
  export: {
    go: '导出', title: '导出{kind}台账', rows: '现在的视图，{n} 行', only: '只导出选中的 {n} 行', format: '格式', xlsx: 'Excel（XLSX）', csv: 'CSV', geojson: 'GeoJSON（有位置的）',
    masked: '遮盖证件号、电话和私密的列，文件里写明谁导出的', reason: '不遮盖的理由', logged: '每次导出都会记下来，社区各设备都看得到。', start: '导出', cancel: '不做了', close: '关上',
    running: '正在写', progress: '{done} / {total} 行', done: '{name} 导出好了，{n} 行。', without: '其中 {n} 行没有位置，不在文件里。', cancelled: '没有导出，什么都没留下。', reasons: { r1: '部门核对', r2: '居民本人要求', r3: '补贴发放' },
  },
  record: { label: '这一条', close: '关上', open_household: '一户一档', open_case: '这件事', waiting: '还没送到', edit: '改{label}', history: '来历' },
  keys: { move: '走动', pick: '选', edit: '改', open: '打开', copy: '复制', all: '全选' },
  more: '更多', weekly: '推进会', doors: '门户清单', print: '打印', back: '回台账', excel: '下载 Excel',
  week: { title: '每周推进会', week: '哪一周', span: '{from} 至 {to}', note: '数的是事和门，不数人。', before: '前一周', after: '后一周', now: '本周', none: '没有。' },
  door: {
    title: '门户清单', which: '哪栋楼', care: '要关爱标签', why: '为什么要看关爱标签，会写进记录', show: '显示', made: '{by} {at} 打印', count: '{doors} 户，{people} 人', cared: '含关爱标签，用后销毁', reasons: { r1: '停电，逐户查看', r2: '火警疏散', r3: '停水送水' },
    col: { plate: '门牌', head: '户主', people: '人数', help: '需要帮助', care: '关爱标签', phone: '门口的电话', here: '到了' }, vacant: '空户', none: '这栋楼还没有登记住户。', choose: '选一栋楼，停电、火警时照着一户户看。',
  },
}
