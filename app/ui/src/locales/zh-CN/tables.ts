/** 套表、模板、要表登记、导入的列和批次。 */
export default {
  parts: '套表和导入', part: { 'o-fill': '套表', 'o-templates': '模板', 'o-requests': '要表登记', 'o-import': '导入', 'o-imports': '导入记录' },
  per: { person: '一行一人', household: '一行一户', case: '一行一件事', place: '一行一个场所', facility: '一行一处设施', building: '一行一栋楼', visit: '一行一次走访' },
  n: { person: '{n} 人', household: '{n} 户', case: '{n} 件', place: '{n} 个场所', facility: '{n} 处设施', building: '{n} 栋', visit: '{n} 次' },
  from: { template: '记得', words: '认得', ext: '原来导入过', none: '我们没有', hand: '您选的', formula: '表里自己算' },
  fill: {
    sheets: '工作表', skip: '这一张不填', filled: '这一张要填', sheet_n: '{name}', unsheet: '没有认出来', leave: '留空', column: '{header} 填什么', per: '一行是什么', header: '表头在第', to: '到', row: '行',
    remember: '存的时候记住这样对', remembered: '记住了「{name}」，下回直接填。', from_template: '按模板「{name}」', unknown_title: '没有的列，留空', not_known: '这一张没有认出表头。选好一行是什么，再一列列对。',
    state: '办理情况', any_state: '不限', open: '没办结', closed: '办结了', since: '上报从', until: '到', case_note: '时间按上报时间算',
    note: '登记这次要表', note_text: '谁要的、依据、花了多久。以后再要同样的，会提醒。', change: '改对应',
  },
  templates: {
    title: '套表模板', count: '{n} 张表', none: '还没有模板', none_text: '套表时把列对好，存的时候就记住。换了标题和日期也认得。', import: '导入用', fill: '套表用', columns: '{n} 列', by: '{name}，{at}', remove: '不再用', removed: '不再用「{name}」了。', undo: '撤销', back: '又用「{name}」了。',
    path: '表头', field: '填', empty: '留空', detail: '模板',
  },
  requests: {
    title: '要表登记', count: '{n} 次', add: '登记一次', none: '还没有登记', none_text: '部门来要表，记下谁要、依据、多久一次、花了几分钟。再来要同样的，有据可查。', words: '表名、部门',
    name: '要的是什么', asker: '谁要的', basis: '依据（文号、通知）', frequency: '多久一次', minutes: '花了几分钟', asked_on: '哪天要的', due: '期限', fields: '要哪些项', note: '备注', closed: '已经报了', template: '模板',
    any: '没说', freq: { once: '一次性', week: '每周', month: '每月', quarter: '每季', year: '每年' }, save: '登记', saved: '登记好了。', change: '保存', changed: '改好了。', cancel: '取消',
    alike: '以前要过 {n} 次', alike_of: '{asker}，{at} 要过「{title}」', reason: { same_table: '同一个部门、同一张表', same_fields: '要的项几乎一样' }, shared: '相同的项：{words}', given: '那次已经报了', not_given: '那次还没报', days: '{n} 天以前', minutes_n: '{n} 分钟',
    months: '每个月', month: '{month}', m_requests: '{n} 次', m_minutes: '{n} 分钟', m_twice: '{n} 项要了两次以上', m_alike: '{n} 次是重复的', open: '没报', done: '已报', by: '{name} 登记', detail: '这次登记', none_minutes: '没记', field_n: '{n} 项', problem: '没有存上',
  },
  import: {
    kind: '导入什么', kinds: { household: '居民台账', building: '楼栋台账', place: '场所台账', facility: '设施台账', case: '旧事项', visit: '旧走访' },
    kind_text: { household: '一户几口人，门牌、电话、标签', building: '小区、楼号、单元数、层数、每层户数', place: '商户、单位、活动场所', facility: '消防栓、充电桩、健身器材', case: '别的系统里的隐患、工单，办结的按办结记', visit: '以前的走访，按门牌和姓名对上户' },
    map: '列的对应', map_text: '每一列是什么，猜得不对就改。', keep: '照原样另存', leave: '不要这一列', sample: '比如', again: '照这样再读', sheet: '工作表', header: '表头', remember: '记住这样对', template: '按记住的「{name}」',
    decide: '这一行怎么办', new: '新建', same: '就是 {words}', leave_row: '不导入', decided: '您定了 {n} 行', like: '像这里已有的', clear: '不定了，按原来的',
    reason: { id_number: '证件号一样', name_phone: '姓名和电话一样', name_birth: '姓名和生日一样', door: '同一个门', name: '同名' },
    verdict: { new: '新建', known: '已有，不动', fills: '补上空的', left: '不导入', bad: '没能收' }, col: { row: '行', verdict: '怎么处理', name: '名称', place: '位置', why: '为什么' },
    dry: '这是试跑，什么都还没写。导入后可以整批撤销。', write: '导入 {n} 条', done: '导入完成', added: '新建 {n} 条', fills: '补了 {n} 条', known: '已有 {n} 条', bad: '{n} 行没能收', left: '{n} 行没要', see: '看导入记录', more: '再导一个文件', rows: '要导入的行', side: '这一行', nothing: '没有可导入的行', skipped: '{n} 行是合计或说明，跳过了', unknown_file: '没有认出表头，请在下面对。',
  },
  imports: {
    title: '导入记录', count: '{n} 批', none: '还没有导入过', none_text: '每次导入是一批，能整批撤销。', at: '{name}，{at}', made: '新建 {n} 条', people: '其中 {n} 人', standing: '现在还有 {n} 条', undone: '{name}撤销于 {at}', late: '撤销以后又有人写过 {n} 处',
    undo: '撤销这次导入', undo_do: '撤销 {n} 处', undo_text: '这一批新建的、以后没有人动过的，一起收走；它填进原有档案的格子清空，待定的格子和没有人用的楼也收走。走访过、改过的留下。撤销也能收回。', keep: '先不撤销', kept: '留下 {n} 处', goes: '收走 {n} 条，其中 {people} 人', cells: '清空它填的 {n} 格', held: '{n} 个待定的格子不再等', buildings: '撤销 {n} 栋楼，社区确认后生效', steps: '{n} 个步骤随事项收走：步骤只增不删，看不到事项也就看不到它', fills: '填了原有档案 {n} 格', built: '新建 {n} 栋楼', back_here: '清空的格子在撤销的那台电脑上收回；在别处，同一个文件再导入一次。', done: '撤销了 {n} 处，留下 {kept} 处。', back: '收回撤销', back_done: '收回了 {n} 处。', back_one: '收回这一户', nothing: '没有可以收走的：都有人动过，或已经撤销。',
    reason: { visited: '走访过', edited: '改过资料', case: '有事项', named: '别处用到了', late: '撤销后有人写过', written: '后来有人写过', merged: '已并入别的档案', used: '里面还有别的' }, where: '导入到 {unit}', detail: '这一批', looking: '正在看哪些能收走',
  },
}
