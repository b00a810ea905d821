// Who is in charge of what: terms, stand-ins, redrawing.
export default {
  title: '谁管哪里', back: '人员设备', list: '任职', gaps: '没有网格员：{names}', gap_sep: '、',
  col: { name: '姓名', role: '角色', unit: '单位', term: '任期', told: '手机', act: '' },
  open: '长期', from: '{day} 起', until: '到 {day}', both: '{from} 到 {until}', planned: '还没开始', stands_for: '代{name}',
  no_device: '没有设备', unsent: '上次联系时还有 {n} 条没传', behind: '手机还不知道这次变动，以前写的可能还会到', fine: '已知道',
  end: '卸任', stand_in: '请人代班', what: '要做什么', add: '任命', redraw: '划片', make: '新设网格',
  who: '谁', someone_new: '新的人', name: '姓名', first: '从哪天起（不填：马上）', last: '到哪天为止（不填：长期）', last_day: '到哪天为止', end_day: '到哪天为止（不填：现在）',
  role: '角色', unit: '单位', cancel: '不做了', do_add: '任命', do_end: '卸任', do_stand_in: '安排代班', do_move: '划过去', do_make: '新设',
  roles: { worker: '专职网格员', part_time: '兼职网格员', building_head: '楼长', assignee: '承办单位', office: '社区办公室' },
  pick: '哪些楼', from_grid: '现在在', to_grid: '划到', grid_name: '新网格的名称', households: '{n} 户',
  preview: '划过去以后', nobody: '没有人受影响。', gains: '{name}多管 {units}', loses: '{name}不再管 {units}', unsent_of: '（还有 {n} 条没传，会照收）',
  grid_now: '{name}：{before} 户变成 {after} 户', remark: { few: '少于 300 户', many: '多于 500 户', no_worker: '没有网格员' },
  kept: '只改谁看得到，档案一份不动。还没传上来的照样收下。',
  done: '已生效。', waiting: '存好了，连上服务器确认后才生效。', refused: '{n} 件没有生效：{why}', sep: '、',
}
