// Questionnaires and campaigns (专项排查).
export default {
  yes: '是', no: '否', required: '必答', private: '私密', open: '还有 {n} 题没答，可以先存，下次接着问。', questions: '{n} 题', filled: '答好了', half: '答了一部分', until: '{day}前',
  aside: '问卷改过了，这几个回答没有对应的题，没有丢，请看一下：', aside_seen: '看过了，收起来', as_last: '和上次一样（{at}）', whose: '写进谁的档案', not_asked: '这次不问', forget: '清掉这份回答', ask_after_all: '还是问',
  state: { todo: '没问', done: '已问', part: '问了一半', absent: '没人', refused: '不愿答', not_needed: '不涉及' }, said: { refused: '记为：不愿答。', not_needed: '记为：这户不涉及。' },
  this_time: '这次要问的',
  tier: { red: '红', yellow: '黄', green: '绿', general: '一般' },
  answered: { title: '答过的问卷', none: '还没有答过问卷', differs: '两人答得不一样', waits: '还没传上去' },
  campaigns: {
    title: '专项排查', left: '还有 {n} 户', all_done: '都问过了', over: '已过期限', doors: '{n} 户', none: '没有正在做的专项排查', all: '全部', list: '各户', empty: '这里没有门', gone: '这次专项排查不在了', words: '说明',
    ended: '已结束', later: '{day}开始', rail: '专项排查', add: '新的专项排查', name: '名称', form: '问卷', unit: '范围', own_unit: '整个社区', filter: '哪些户', due: '期限', from: '开始', tiers: '走访档', tags: '标签', tags_hint: '几个标签用空格隔开，有一个就算', rented: '出租', vacant: '空户', hub: '党员中心户',
    any_value: '不限', yes: '是', no: '不是', age_from: '有人满', age_to: '到', years: '岁', match_all: '都要符合', match_any: '符合一条就算', preview: '要问 {n} 户（共 {of} 户）', save: '开始', saved: '开始了：{title}。网格员下次联网就看到。', close: '结束这次排查', closed: '已结束。答过的都留着。', close_sure: '结束后不再问；答过的都留着。',
    office_empty: '还没有专项排查', office_empty_text: '写一个名称、选一份问卷和哪些户，网格员走访时顺便就问了。', pick: '从左边选一次，看各户问到哪里。', form_words: '问卷：{form}', differ: '两人答得不一样，在待我处理里定。', unasked: '没问',
  },
  office: {
    title: '问卷', list: '问卷', former: '不再用的', built_in: '产品自带', own: '社区自定', answered: '答过 {n} 份', import: '导入 XLSForm', import_text: '选一个 XLSForm 表格（.xlsx）。先看看读出来的样子，再用。', drop: '选择文件或拖到这里', retire: '停用', retired: '已停用「{name}」。答过的都留着。',
    use: '用这份问卷', used: '「{name}」在用了。', problems: '读的时候有这些', place: '{sheet} 第 {row} 行 {column}', place_sheet: '{sheet} {column}', stops: '要改', note: '没读', stopped: '有 {n} 处要改，改好文件再导入。', preview: '走访时看到的样子', preview_text: '点一点试试，这里不保存。', tier: '{tier}档走访时问', campaign: '可用于专项排查', every: '每 {n} 天', each: '每次都问', unreadable: '有一份问卷读不了',
    target: { household: '问住户', place: '场所', patrol: '巡查点', facility: '设施' }, fills: '写进：{field}', again: '换一个文件', none: '没有问卷', pending: '还没传上去',
  },
}
